// Languages of the texts that people read in replies (RFC 6856 §3). A file of `languages/` is one value of this type.
// Which sentences there are is in `sentence.ts`; which language a session speaks is the session's business.
import type { Sentence } from "./sentence.js";

export interface Language {
  /** RFC 5646: `zh-Hans`. */
  readonly tag: string;
  /** What it calls itself. */
  readonly selfName: string;
  /** Every sentence, with the same `{placeholders}`. */
  readonly sentences: Readonly<Record<Sentence, string>>;
}
