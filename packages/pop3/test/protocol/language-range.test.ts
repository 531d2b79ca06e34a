// Language ranges against tags: lookup and basic filtering of RFC 4647, and the scripts of Chinese regions.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { languageInRange } from "../../src/protocol/language-range.js";

function found(range: string, ...tags: readonly string[]): string | null {
  return (
    languageInRange(
      range,
      tags.map((tag) => ({ tag })),
    )?.tag ?? null
  );
}

const ours = ["en", "de", "es", "fr", "ja", "zh-Hans"];

describe("the languages that come with the package", () => {
  test.each([
    ["en", "en"],
    ["EN", "en"],
    ["ZH-hANS", "zh-Hans"],
    ["en-GB", "en"],
    ["de-CH-1996", "de"],
    ["de-Latn-DE-1996", "de"],
    ["es-419", "es"],
    ["ja-JP-u-ca-japanese", "ja"],
    ["zh", "zh-Hans"],
    ["zh-CN", "zh-Hans"],
    ["zh-cn", "zh-Hans"],
    ["zh-SG", "zh-Hans"],
    ["zh-CN-x-private", "zh-Hans"],
    ["zh-Hans-CN", "zh-Hans"],
    ["zh-Hans-TW", "zh-Hans"],
    ["fr-x-y", "fr"],
    ["*", "en"],
  ])("%s finds %s", (range, tag) => expect(found(range, ...ours)).toBe(tag));

  test.each([
    "MUL",
    "uga",
    "i-default",
    "x-klingon",
    "e",
    "d",
    "eng",
    "deu",
    "zh-Hant",
    "zh-Hant-CN",
    "zh-TW",
    "zh-HK",
    "zh-MO",
  ])("%s finds nothing", (range) => expect(found(range, ...ours)).toBeNull());
});

describe("the order of what is tried", () => {
  test("the range itself goes before longer tags", () => expect(found("zh", "zh-Hant", "zh-Hans", "zh")).toBe("zh"));
  test("the first of several longer tags is the server's preference", () => {
    expect(found("zh", "en", "zh-Hant", "zh-Hans")).toBe("zh-Hant");
    expect(found("zh", "en", "zh-Hans", "zh-Hant")).toBe("zh-Hans");
  });
  test("a longer tag goes before what is left of the range", () =>
    expect(found("en-GB", "en", "en-GB-oxendict")).toBe("en-GB-oxendict"));
  test("the longest rest of the range goes first", () => expect(found("de-CH-1996", "de", "de-CH")).toBe("de-CH"));
  test("what is left of a range finds no longer tag: British English is no American", () => {
    expect(found("en-GB", "en-US")).toBeNull();
    expect(found("zh-Hant", "zh-Hans")).toBeNull();
  });
  test("a subtag matches whole", () => {
    expect(found("d", "de")).toBeNull();
    expect(found("zh-Han", "zh-Hans")).toBeNull();
  });
  test("a region goes before its script, and the script before the language alone", () => {
    expect(found("zh-CN", "zh", "zh-Hans", "zh-CN")).toBe("zh-CN");
    expect(found("zh-CN", "zh", "zh-Hans")).toBe("zh-Hans");
    expect(found("zh-TW", "zh-Hans", "zh-Hant")).toBe("zh-Hant");
    expect(found("zh-CN", "zh-Hant", "zh")).toBe("zh");
  });
  test("a single letter is dropped with the subtag behind it (RFC 4647 §3.4)", () => {
    // The RFC's own example: zh-Hant-CN-x-private1-private2 goes on with zh-Hant-CN-x-private1, then zh-Hant-CN.
    expect(found("zh-Hant-CN-x-private1-private2", "zh-Hant-CN-x")).toBeNull();
    expect(found("zh-Hant-CN-x-private1-private2", "zh-Hant-CN-x-private1", "zh-Hant-CN")).toBe(
      "zh-Hant-CN-x-private1",
    );
    expect(found("zh-Hant-CN-x-private1-private2", "zh-Hant", "zh-Hant-CN")).toBe("zh-Hant-CN");
  });
});

test("where there is no language, nothing is found, not even the server's choice", () => {
  expect(found("*")).toBeNull();
  expect(found("en")).toBeNull();
});

test("property: a tag finds itself in any case, and so does it with anything behind it", () => {
  const subtag = fc.stringMatching(/^[A-Za-z0-9]{1,8}$/);
  const anyCase = (tag: string): fc.Arbitrary<string> =>
    fc.mixedCase(fc.constant(tag), { toggleCase: (letter) => letter.toUpperCase() });
  fc.assert(
    fc.property(
      fc.constantFrom(...ours).chain((tag) => fc.tuple(fc.constant(tag), anyCase(tag))),
      fc.array(subtag, { maxLength: 4 }),
      ([tag, written], more) => {
        expect(found([written, ...more].join("-"), ...ours)).toBe(tag);
      },
    ),
  );
});
