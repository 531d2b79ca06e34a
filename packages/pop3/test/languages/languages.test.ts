// The translations, held against the sentences: all of them, each with its placeholders, each within a reply's line.
// What a good sentence is, no test can say; what a wrong one is, some can.
import { standard } from "@postern/pop3";
import { describe, expect, test } from "vitest";
import type { Language } from "../../src/contracts/language.js";
import { say, SENTENCES, type Said, type Sentence } from "../../src/contracts/sentence.js";
import { en, languages } from "../../src/languages/index.js";
import { octetsOf } from "../../src/protocol/octets.js";
import { formatReplyLine, REPLY_OCTETS } from "../../src/protocol/reply.js";
import { rendered } from "../../src/protocol/sentence.js";

/** Sentences that a language says in the very words of English; whatever else is the same has been forgotten. */
const SAME: Readonly<Record<string, readonly Sentence[]>> = {
  de: ["{problem}: {usage}"],
  es: ["{problem}: {usage}"],
  fr: ["{octets} octets"],
};

/** Words that a client types, or that name a thing the same everywhere: a translation keeps those of its sentence. */
const KEPT = /\b(?:[A-Z]{2,}[0-9]*(?:-8)?|Base64|POP3|pt-BR)\b|[*=]/g;

/** Where a tag is a pattern of the writing: the letters that a sentence in this language has to hold. */
const LETTERS: Readonly<Record<string, RegExp>> = { ja: /[\p{sc=Hiragana}\p{sc=Katakana}]/u, "zh-Hans": /\p{sc=Han}/u };

const everyLanguage = languages.map((language) => [language.tag, language] as const);
const translations = everyLanguage.filter(([, language]) => language !== en);

function placeholders(text: string): string[] {
  return (text.match(/\{\w*\}/g) ?? []).toSorted();
}

function sentencesOf(language: Language): [english: Sentence, said: string][] {
  return SENTENCES.map((english) => [english, language.sentences[english]]);
}

test("English comes first, and no tag twice", () => {
  expect(languages[0]).toBe(en);
  expect(new Set(languages.map(({ tag }) => tag.toLowerCase())).size).toBe(languages.length);
  expect(languages.map(({ tag }) => tag)).toEqual(expect.arrayContaining(["de", "en", "es", "fr", "ja", "zh-Hans"]));
});

test("English says the sentences as they are", () => {
  for (const [english, said] of sentencesOf(en)) expect(said).toBe(english);
});

test("no sentence stands twice in the list", () => {
  expect(new Set(SENTENCES).size).toBe(SENTENCES.length);
});

test("what the list of equal sentences allows is equal, so that the list does not outlive its reasons", () => {
  for (const [tag, sentences] of Object.entries(SAME)) {
    const language = languages.find((one) => one.tag === tag);
    for (const sentence of sentences) expect(language?.sentences[sentence]).toBe(sentence);
  }
});

describe.each(everyLanguage)("%s", (tag, language) => {
  test("is an RFC 5646 tag and a name", () => {
    expect(Intl.getCanonicalLocales(tag)).toEqual([tag]);
    expect(language.selfName).toMatch(/^\p{L}[\p{L} ]*$/u);
  });

  test("has every sentence and nothing else", () => {
    expect(Object.keys(language.sentences).toSorted()).toEqual(SENTENCES.toSorted());
  });

  test("keeps the placeholders", () => {
    for (const [english, said] of sentencesOf(language))
      expect(placeholders(said), said).toEqual(placeholders(english));
  });

  test("begins the answer to LANG with the tag and a space, as programs read it (RFC 6856 §3.2)", () => {
    const confirmations = SENTENCES.filter((sentence) => sentence.includes("{tag}"));
    expect(confirmations).toHaveLength(1);
    expect(language.sentences[confirmations[0]!]).toMatch(/^\{tag\} \S/);
  });

  test("is printable text: no control or format characters, no space at an end or twice, no bracket at the head", () => {
    for (const [, said] of sentencesOf(language)) {
      expect(said).not.toMatch(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Zl}\p{Zp}]/u);
      expect(said).not.toMatch(/^\s|\s$|\s\s/u);
      expect(said).not.toMatch(/^\[/);
      expect(said.normalize("NFC")).toBe(said);
      expect(said.length).toBeGreaterThan(0);
    }
  });

  test("fits the line, whatever the values", () => {
    for (const sentence of SENTENCES) {
      const text = rendered(say(sentence, longestValues(sentence, language)), language);
      expect(text).not.toMatch(/[{}]|undefined/);
      // The longest code that is sent stands before the text (RFC 2449 §8).
      const line = formatReplyLine("-ERR", "LOGIN-DELAY", text, true);
      expect(line.length).toBeLessThan(REPLY_OCTETS);
      expect(new TextDecoder("utf-8", { fatal: true }).decode(octetsOf(line))).toBe(`-ERR [LOGIN-DELAY] ${text}\r\n`);
    }
  });
});

describe.each(translations)("%s", (tag, language) => {
  test("says nothing in English by accident", () => {
    const same = sentencesOf(language).flatMap(([english, said]) => (said === english ? [english] : []));
    expect(same.toSorted()).toEqual([...(SAME[tag] ?? [])].toSorted());
  });

  test("says different things differently", () => {
    const said = new Map<string, Sentence>();
    for (const [english, translated] of sentencesOf(language)) {
      expect(said.get(translated), `${english}: ${translated}`).toBeUndefined();
      said.set(translated, english);
    }
  });

  test("keeps what a client types and what is a name everywhere", () => {
    for (const [english, said] of sentencesOf(language)) {
      const words = (text: string): string[] => (text.replaceAll(/\{\w+\}/g, "").match(KEPT) ?? []).toSorted();
      expect(words(said), said).toEqual(words(english));
    }
  });

  test("is written in the letters of the language", () => {
    const letters = LETTERS[tag];
    for (const [english, said] of sentencesOf(language)) {
      if (letters !== undefined && english !== "{problem}: {usage}") expect(said).toMatch(letters);
    }
  });

  test("ends in a full stop only where it has one inside", () => {
    for (const [, said] of sentencesOf(language)) {
      const stops = said.match(/[.。]/g)?.length ?? 0;
      expect(stops === 0 || (stops > 1 && said.endsWith("。")), said).toBe(true);
    }
  });
});

test("French sets a space that does not break before a colon and a semicolon", () => {
  const french = languages.find(({ tag }) => tag === "fr")!;
  for (const [, said] of sentencesOf(french)) {
    expect(said).not.toMatch(/[^\u00a0][:;]/);
    expect(said).not.toContain("'");
  }
});

test.each(["ja", "zh-Hans"])(
  "%s sets a space between Latin letters or digits and its own, and full-width marks",
  (tag) => {
    const language = languages.find((one) => one.tag === tag)!;
    const own = String.raw`[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}ー]`;
    for (const [, said] of sentencesOf(language)) {
      expect(said).not.toMatch(new RegExp(String.raw`${own}[A-Za-z0-9{=*]|[A-Za-z0-9}=*]${own}`, "u"));
      expect(said).not.toMatch(new RegExp(String.raw`[:;,.()?!]|[：；，。、（）] | [：；，。、（）]`, "u"));
    }
  },
);

/** The longest values that each placeholder can have. */
function longestValues(sentence: Sentence, language: Language): NonNullable<Said["values"]> {
  const usages = standard.flatMap(({ commands }) => commands.map(({ keyword, params }) => `${keyword} ${params.text}`));
  const number = Number.MAX_SAFE_INTEGER;
  return {
    keyword: "KEYW",
    state: "AUTHORIZATION",
    usage: longest(usages),
    // What can stand here are the sentences without placeholders.
    problem: say(
      sentence === "{problem}: {usage}"
        ? longest(
            SENTENCES.filter((one) => placeholders(one).length === 0),
            (one) => language.sentences[one],
          )
        : "bye",
    ),
    mechanism: "M".repeat(20),
    tag: language.tag,
    octets: number,
    count: number,
    number,
    seconds: number,
  };
}

function longest<Item extends string>(items: readonly Item[], text: (item: Item) => string = (item) => item): Item {
  return items.reduce((most, item) => (text(item).length > text(most).length ? item : most));
}
