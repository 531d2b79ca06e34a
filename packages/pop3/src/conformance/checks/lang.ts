// LANG: the form of its listing, and that each language that is listed can be chosen (RFC 6856 §3.2).
// What the texts say is nobody's business here.
import { lang } from "../../capabilities/lang.js";
import type { ConformanceCheck } from "../check.js";
import { CheckFailed, NotTested } from "../outcome.js";
import type { Proof } from "../proof.js";
import { isUtf8 } from "./utf8-octets.js";

/** Languages that are tried; a server may have all of them. */
const MOST_LANGUAGES = 8;

/** `language-tag [SP description]`; the tag by the outer form of RFC 5646 §2.1. */
const LISTED = /^([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)(?: (?=\S)(.*))?$/s;

export const langChecks: readonly ConformanceCheck[] = [
  {
    id: "lang-listing-form",
    tag: "LANG",
    level: "MUST",
    reference: "RFC 6856 §3.2",
    title: "A line of the listing is a language tag, and behind one space the language's name in UTF-8.",
    remedy: "Write each line of the listing as a tag of RFC 5646, one space and a name in UTF-8, or as the tag alone.",
    given: "AUTHORIZATION",
    async prove(proof) {
      for (const line of await listing(proof)) {
        if (!LISTED.test(line)) throw new CheckFailed(`${JSON.stringify(line)} is no language listing`);
        if (!isUtf8(line)) throw new CheckFailed(`${JSON.stringify(line)} is not UTF-8`);
      }
    },
  },
  {
    id: "lang-choice",
    tag: "LANG",
    level: "MUST",
    reference: "RFC 6856 §3.2",
    title: "Each language that is listed can be chosen, and the answer is its tag, a space and text.",
    remedy: "Answer LANG with a listed tag by +OK, a space, exactly that tag, and another space.",
    given: "AUTHORIZATION",
    async prove(proof) {
      const tags = await listedTags(proof);
      const conversation = await proof.freshBefore();
      for (const tag of tags) {
        const { line } = await conversation.ask(`LANG ${tag}`);
        const [, chosen] = /^\+OK ([A-Za-z0-9-]+) /.exec(line) ?? [];
        if (chosen?.toLowerCase() !== tag.toLowerCase()) throw new CheckFailed(`LANG ${tag} was answered ${line}`);
      }
    },
  },
  {
    id: "lang-texts-utf8",
    tag: "LANG",
    level: "MUST",
    reference: "RFC 6856 §3.2",
    title: "Once a language was chosen, the text of replies is UTF-8.",
    remedy: "Encode the text of replies as UTF-8 in every language.",
    given: "AUTHORIZATION",
    async prove(proof) {
      const tags = await listedTags(proof);
      const conversation = await proof.freshBefore();
      for (const tag of tags) {
        const chosen = await conversation.ask(`LANG ${tag}`);
        if (chosen.status !== "+OK") continue;
        // A refusal has the most to say.
        const refused = await conversation.ask("STAT");
        for (const { line } of [chosen, refused])
          if (!isUtf8(line)) throw new CheckFailed(`behind LANG ${tag}, a reply is not UTF-8: ${JSON.stringify(line)}`);
      }
    },
  },
];

async function listing(proof: Proof): Promise<readonly string[]> {
  const conversation = await proof.before();
  if (!proof.facts.lists(lang)) throw new NotTested("LANG is not announced");
  const { answer, body } = await conversation.multi("LANG");
  if (body === null) throw new NotTested(`the languages are not listed: ${answer.line}`);
  return body.lines;
}

async function listedTags(proof: Proof): Promise<readonly string[]> {
  const tags = (await listing(proof)).flatMap((line) => LISTED.exec(line)?.[1] ?? []);
  if (tags.length === 0) throw new NotTested("no language is listed");
  return tags.slice(0, MOST_LANGUAGES);
}
