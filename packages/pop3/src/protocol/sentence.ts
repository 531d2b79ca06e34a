// From the text of a reply to the octets on its line: the sentence in the session's language, its placeholders filled, as UTF-8.
// Knows no language of its own: English is the sentences themselves.
import type { Language } from "../contracts/language.js";
import type { ReplyText, Said } from "../contracts/sentence.js";

/** A sentence cut at its placeholders: text, name, text, name, text. */
const cut = new Map<string, readonly string[]>();

/** The text as Unicode; English where `language` is null. */
export function rendered(text: ReplyText, language: Language | null): string {
  if (typeof text === "string") return text;
  const sentence = language === null ? text.sentence : (language.sentences[text.sentence] ?? text.sentence);
  return text.values === undefined ? sentence : filled(sentence, text.values, language);
}

function filled(sentence: string, values: NonNullable<Said["values"]>, language: Language | null): string {
  let parts = cut.get(sentence);
  if (parts === undefined) cut.set(sentence, (parts = sentence.split(/\{(\w+)\}/)));
  let text = parts[0]!;
  for (let at = 1; at < parts.length; at += 2) {
    const value = values[parts[at]!];
    text += typeof value === "object" ? rendered(value, language) : String(value ?? "");
    text += parts[at + 1]!;
  }
  return text;
}
