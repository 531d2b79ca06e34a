// What was sent and received on one connection, as lines that can be shown: bounded, printable and without secrets.
// Knows no command; who sends a secret says so before. How a transcript is laid out is for those who show it.
import { Secrets } from "../client/secrets.js";

/** One line of a transcript, without its line end. */
export interface TranscriptLine {
  /** `C`: sent, `S`: received, `#`: what happened besides. */
  readonly from: "C" | "S" | "#";
  /** Printable; octets that are not stand as `\xHH`. */
  readonly text: string;
}

/** Longer lines are cut, and their length is told: nobody reads on, and a server may send a megabyte. */
const LINE_CHARACTERS = 600;

/** What is kept of a long transcript: its beginning, and its end, where things went wrong. */
const KEPT_LINES = 1000;
const SHOWN_FIRST = 60;
const SHOWN_LAST = 60;

/** The lines of one connection, oldest first; of a long one, the last thousand. */
export class Transcript {
  readonly secrets: Secrets;
  /** While true, nothing is kept: what is said in an exchange lets others try passwords against it. */
  hushed = false;
  #lines: TranscriptLine[] = [];
  #dropped = 0;

  /** `secrets` may be those of several connections: what was sent on one must not come back on another. */
  constructor(secrets: Secrets = new Secrets()) {
    this.secrets = secrets;
  }

  /** `text` has one character an octet and no line end. */
  add(from: TranscriptLine["from"], text: string): void {
    if (this.hushed) return;
    this.#lines.push({ from, text: printableOctets(this.secrets.masked(text)) });
    if (this.#lines.length <= KEPT_LINES * 2) return;
    this.#dropped += KEPT_LINES;
    this.#lines = this.#lines.slice(KEPT_LINES);
  }

  /** Where the transcript ends now, for `since`. */
  get end(): number {
    return this.#dropped + this.#lines.length;
  }

  /** What came behind `mark`; of a long stretch, its beginning and its end. */
  since(mark = 0): readonly TranscriptLine[] {
    const lines = this.#lines.slice(Math.max(0, mark - this.#dropped));
    const left = lines.length - SHOWN_FIRST - SHOWN_LAST;
    if (left <= 0) return lines;
    return [...lines.slice(0, SHOWN_FIRST), { from: "#", text: `${left} more lines` }, ...lines.slice(-SHOWN_LAST)];
  }
}

function printableOctets(text: string): string {
  const shown = text.length > LINE_CHARACTERS ? text.slice(0, LINE_CHARACTERS) : text;
  const printable = shown.replaceAll(
    /[^ -~]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
  return shown === text ? printable : `${printable}… (${text.length} octets)`;
}
