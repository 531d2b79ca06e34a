// English. The sentences are English already, so each is its own translation.
// What the other files of this folder translate is in `contracts/sentence.ts`; which language a session speaks is not known here.
import type { Language } from "../contracts/language.js";
import { SENTENCES, type Sentence } from "../contracts/sentence.js";

export const en: Language = {
  tag: "en",
  selfName: "English",
  sentences: Object.fromEntries(SENTENCES.map((sentence) => [sentence, sentence])) as Record<Sentence, string>,
};
