// LANG: the language of the texts that people read in replies (RFC 6856 §3).
// Declared in full; there are no translations yet, so there is no server behaviour here.
import type { Capability } from "../contracts/capability.js";
import type { CommandSpec, ParamGrammar } from "../contracts/command.js";
import { noArgument } from "../protocol/argument.js";

/** A basic language range (RFC 4647 §2.1); its `*` asks for the language that the server prefers. */
const LANGUAGE_RANGE = /^(?:\*|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)$/;

/** A language range, or null for a listing of the languages there are. */
const optionalLanguage: ParamGrammar<string | null> = {
  text: "[language-range]",
  parse(rest) {
    if (rest === null || LANGUAGE_RANGE.test(rest)) return { value: rest };
    return { problem: "a language is a tag such as en or pt-BR, or * for the server's choice" };
  },
  format: (language) => language,
};

const command: CommandSpec<string | null> = {
  keyword: "LANG",
  params: optionalLanguage,
  validIn: ["AUTHORIZATION", "TRANSACTION"],
  reply: "multi-if-bare",
};

export const lang: Capability = {
  tag: "LANG",
  name: "lang",
  registration: { date: "2013-03" },
  argument: noArgument,
  commands: [command],
  affects: "all",
  announced: { in: "both", differs: false },
  reference: ["RFC 6856"],
  discussion:
    "The LANG command chooses the language of the human-readable text in all replies that follow, which is then UTF-8; without a parameter it " +
    "lists the languages that there are. A language that is not there is refused and the one in force stays. Before login the server's choice " +
    "for * must not depend on the user that was named, because it would tell that the user exists.",
  checks: [],
  value: () => undefined,
};
