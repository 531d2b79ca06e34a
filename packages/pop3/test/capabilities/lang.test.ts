// LANG: the parameter of its command, the listing, and what a session is told to speak (RFC 6856 §3).
import { expect, test } from "vitest";
import { lang } from "../../src/capabilities/lang.js";
import type { ServeContext } from "../../src/contracts/command.js";
import type { Reply } from "../../src/contracts/reply.js";
import type { Language } from "../../src/contracts/language.js";
import type { SessionView } from "../../src/contracts/session.js";
import { octetsOf } from "../../src/protocol/octets.js";
import { rendered } from "../../src/protocol/sentence.js";
import { de, en, languages, zhHans } from "../../src/languages/index.js";

const [command] = lang.commands;

/** Serves the command as a session would that speaks `available`. */
function served(range: string | null, available: readonly Language[]): { reply: Reply; spoken: Language[] } {
  const spoken: Language[] = [];
  const context = {
    view: { languages: available } as SessionView,
    speak: (language) => void spoken.push(language),
  } as Pick<ServeContext, "view" | "speak"> as ServeContext;
  return { reply: command!.serve!(context, range) as Reply, spoken };
}

test.each([null, "*", "en", "pt-BR", "de-1996", "en-boont", "MUL"])("%j is understood, and written back", (rest) => {
  expect(command!.params.parse(rest)).toEqual({ value: rest });
  expect(command!.params.format(rest)).toBe(rest);
});

test.each(["", "en us", "en_US", "1996", "en-", "-en", "en-*", "abcdefghi", "en-abcdefghi", "**"])(
  "%j is not",
  (rest) => {
    expect(command!.params.parse(rest)).toHaveProperty("problem");
  },
);

test("its command is valid in both states and lists languages when bare; it has no argument and affects every reply", () => {
  expect(command).toMatchObject({ validIn: ["AUTHORIZATION", "TRANSACTION"], reply: "multi-if-bare" });
  expect(lang.argument.parse(["en"])).toHaveProperty("problem");
  expect(lang.affects).toBe("all");
});

test("it is available where there is a language to speak", () => {
  expect(lang.available!({ languages: [] as readonly Language[] } as SessionView)).toBe(false);
  expect(lang.available!({ languages: [en] as readonly Language[] } as SessionView)).toBe(true);
});

test("bare, it lists tag, space and the language's own name, in UTF-8 and in wire form", () => {
  const { reply, spoken } = served(null, languages);
  expect(reply.status).toBe("+OK");
  const listing = new TextDecoder("utf-8", { fatal: true }).decode((reply as { body: Uint8Array }).body);
  expect(listing).toBe("en English\r\nde Deutsch\r\nes Español\r\nfr Français\r\nja 日本語\r\nzh-Hans 简体中文\r\n");
  expect(spoken).toEqual([]);
});

test.each([
  ["zh", zhHans],
  ["DE-at", de],
  ["*", en],
])("LANG %s speaks, and the reply begins with the exact tag", (range, language) => {
  const { reply, spoken } = served(range, languages);
  expect(spoken).toEqual([language]);
  expect(reply.status).toBe("+OK");
  expect(reply).not.toHaveProperty("body");
  const text = rendered(reply.text, language);
  expect(text.slice(0, language.tag.length + 1)).toBe(`${language.tag} `);
  expect(text.length).toBeGreaterThan(language.tag.length + 1);
});

test("LANG * is the first of the list, whatever that is", () => {
  expect(served("*", [de, en]).spoken).toEqual([de]);
});

test.each(["MUL", "uga", "zh-TW"])("LANG %s is refused and the session speaks on as before", (range) => {
  const { reply, spoken } = served(range, languages);
  expect(reply.status).toBe("-ERR");
  expect(reply).not.toHaveProperty("cause");
  expect(spoken).toEqual([]);
});

test("what a language says of itself is one whole line within the limits of the listing", () => {
  for (const { tag, selfName } of languages) {
    expect(tag).toMatch(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/);
    expect(selfName).toMatch(/^[\p{L} ]+$/u);
    expect(octetsOf(tag).length + selfName.length).toBeLessThan(100);
  }
});
