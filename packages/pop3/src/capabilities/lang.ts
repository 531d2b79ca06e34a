// LANG: the language of the texts that people read in replies (RFC 6856 §3).
// Holds no translation, those are in `languages/`; which of them a range means is decided in `protocol/language-range.ts`.
import { type Capability, type ClientCapability, declared } from "../contracts/capability.js";
import type { CommandSpec, ParamGrammar } from "../contracts/command.js";
import type { Language } from "../contracts/language.js";
import { say } from "../contracts/sentence.js";
import { noArgument } from "../protocol/argument.js";
import { languageInRange } from "../protocol/language-range.js";
import { utf8Octets } from "../protocol/octets.js";

/** A basic language range (RFC 4647 §2.1); its `*` asks for the language that the server prefers. */
const LANGUAGE_RANGE = /^(?:\*|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)$/;

/** A language range, or null for a listing of the languages there are. */
const optionalLanguage: ParamGrammar<string | null> = {
  text: "[language-range]",
  parse(rest) {
    if (rest === null || LANGUAGE_RANGE.test(rest)) return { value: rest };
    return { problem: say("a language is a tag such as en or pt-BR, or * for the server's choice") };
  },
  format(language) {
    if (language === null || LANGUAGE_RANGE.test(language)) return language;
    throw new RangeError("a language is a tag such as en or pt-BR, or * for the server's choice");
  },
};

export const langCommand: CommandSpec<string | null> = {
  keyword: "LANG",
  params: optionalLanguage,
  validIn: ["AUTHORIZATION", "TRANSACTION"],
  reply: "multi-if-bare",
  serve(context, range) {
    const { languages } = context.view;
    if (range === null) return { status: "+OK", text: say("language listing follows"), body: listing(languages) };
    const language = languageInRange(range, languages);
    if (language === null) {
      return { status: "-ERR", text: say("there is no such language here; LANG lists those that there are") };
    }
    context.speak(language);
    return { status: "+OK", text: say("{tag} the language is English from here on", { tag: language.tag }) };
  },
};

/** `tag SP name CRLF` for every language, in UTF-8 whatever the session speaks (RFC 6856 §3.2). A tag begins with no dot. */
function listing(languages: readonly Language[]): Uint8Array {
  return utf8Octets(languages.map(({ tag, selfName }) => `${tag} ${selfName}\r\n`).join(""));
}

export const langClient: ClientCapability = {
  tag: "LANG",
  argument: noArgument,
  commands: [langCommand],
  announced: { in: "both", differs: false },
};

export const lang: Capability = /* @__PURE__ */ declared(langClient, {
  name: "lang",
  registration: { date: "2013-03" },
  affects: "all",
  reference: ["RFC 6856"],
  definedIn: "RFC 6856 §3",
  discussion:
    "The LANG command chooses the language of the human-readable text in all replies that follow, which is then UTF-8; without a parameter it " +
    "lists the languages that there are. A language that is not there is refused and the one in force stays. Before login the server's choice " +
    "for * must not depend on the user that was named, because it would tell that the user exists.",
  checks: [
    {
      id: "lang-listing",
      level: "MAY",
      reference: "RFC 6856 §3.2",
      title: "LANG without a parameter lists the languages, on a line each.",
      remedy:
        "Answer LANG without a parameter by +OK, a line with a tag and a name for each language, and the terminating line.",
      given: "AUTHORIZATION",
      dialog: `
        C: LANG
        S: +OK*
        S: ...
        S: .`,
    },
    {
      id: "lang-listing-after-login",
      level: "MAY",
      reference: "RFC 6856 §3.2",
      title: "LANG without a parameter lists the languages after login too.",
      remedy: "Take LANG after login as before it.",
      given: "TRANSACTION",
      dialog: `
        C: LANG
        S: +OK*
        S: ...
        S: .`,
    },
    {
      id: "lang-server-choice",
      level: "MAY",
      reference: "RFC 6856 §3.2",
      title: "LANG * chooses the server's own preference and is answered with its tag, a space and text.",
      remedy: "Answer LANG * by +OK, the tag of the language that was chosen, a space and text.",
      given: "AUTHORIZATION",
      dialog: `
        C: LANG *
        S: +OK * *`,
    },
    {
      id: "lang-server-choice-after-login",
      level: "MAY",
      reference: "RFC 6856 §3.2",
      title: "LANG * chooses a language after login too.",
      remedy: "Take LANG * after login as before it.",
      given: "TRANSACTION",
      dialog: `
        C: LANG *
        S: +OK * *`,
    },
    {
      id: "lang-unknown",
      level: "MUST",
      reference: "RFC 6856 §3.2",
      title: "A language that nobody speaks is refused, and the session goes on.",
      remedy: "Refuse a language that the server does not speak, and go on in the one before.",
      given: "AUTHORIZATION",
      dialog: `
        C: LANG MUL
        S: -ERR*
        C: CAPA
        S: +OK*
        S: ...
        S: .`,
    },
    {
      id: "lang-unknown-after-login",
      level: "MUST",
      reference: "RFC 6856 §3.2",
      title: "A language that nobody speaks is refused after login too, and the session goes on.",
      remedy: "Refuse a language that the server does not speak after login too, and go on in the one before.",
      given: "TRANSACTION",
      dialog: `
        C: LANG MUL
        S: -ERR*
        C: NOOP
        S: +OK*`,
    },
  ],
  // The operator's choice is the first of the list and depends on nobody, so that LANG * tells nothing of a user (RFC 6856 §7).
  available: ({ languages }) => languages.length > 0,
  value: () => undefined,
});
