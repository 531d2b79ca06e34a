// A recorded session as lines and as a dialog that `protocol/dialog.ts` reads. Secrets are masked as the declarations say.
// Knows no connection. A client's secret is also masked where the server repeats it.
import type { AnyCommandSpec } from "../../contracts/command.js";
import { Secrets } from "../../client/secrets.js";
import { octetString } from "../../protocol/octets.js";

/** Octets that crossed the connection at once. */
export interface RecordedChunk {
  readonly from: "client" | "server";
  readonly octets: Uint8Array;
  /** Milliseconds since the session began. */
  readonly atMs: number;
}

/** One line, in the order in which their ends crossed the connection. */
export interface RecordedLine {
  readonly from: "client" | "server";
  /** Without its line end, one character an octet; secrets are `****`. */
  readonly text: string;
  /** CRLF, or what stood in its place; empty for a line that was never finished. */
  readonly lineEnd: "\r\n" | "\n" | "";
  /** Milliseconds since the session began. */
  readonly atMs: number;
}

type SpecOf = (keyword: string) => AnyCommandSpec | null;

const MASK = "****";

export function recordedLines(
  chunks: readonly RecordedChunk[],
  spec: SpecOf,
  masked: boolean,
): readonly RecordedLine[] {
  const partial = { client: "", server: "" };
  const lines: RecordedLine[] = [];
  const masks = new Masks(spec);
  const add = (from: RecordedChunk["from"], raw: string, atMs: number): void => {
    const [lineEnd = ""] = /\r?\n$/.exec(raw) ?? [];
    const text = raw.slice(0, raw.length - lineEnd.length);
    const shown = masked ? masks.line(from, text) : text;
    lines.push({ from, text: shown, lineEnd: lineEnd as RecordedLine["lineEnd"], atMs });
  };
  for (const { from, octets, atMs } of chunks) {
    const text = octetString(octets);
    // Looked at once it ends: an endless line comes in many chunks.
    if (!text.includes("\n")) {
      partial[from] += text;
      continue;
    }
    const pieces = (partial[from] + text).split(/(?<=\n)/);
    partial[from] = pieces.at(-1)?.endsWith("\n") === true ? "" : (pieces.pop() ?? "");
    for (const piece of pieces) add(from, piece, atMs);
  }
  for (const from of ["server", "client"] as const) {
    if (partial[from] !== "") add(from, partial[from], chunks.at(-1)?.atMs ?? 0);
  }
  return lines;
}

/** Which part of a line is secret. */
class Masks {
  readonly #spec: SpecOf;
  readonly #secrets = new Secrets();
  /** The last command, where it is one of several lines; and whether the client's next line belongs to it. */
  #exchanging = false;
  #continuing = false;

  constructor(spec: SpecOf) {
    this.#spec = spec;
  }

  line(from: RecordedLine["from"], text: string): string {
    return from === "client" ? this.#sent(text) : this.#received(text);
  }

  #sent(text: string): string {
    if (this.#continuing) {
      this.#continuing = false;
      this.#secrets.add(text);
      return MASK;
    }
    const [, keyword = "", params] = /^(\S+)(?: (.*))?$/s.exec(text) ?? [];
    const spec = this.#spec(keyword.toUpperCase());
    this.#exchanging = spec?.reply === "exchange";
    if (spec?.secret !== true || params === undefined) return text;
    // The first word tells who or how where more words follow or an exchange does: `APOP name digest`, `AUTH PLAIN response`.
    const [, first = "", rest] = /^(\S+)(?: (.*))?$/s.exec(params) ?? [];
    const named = this.#exchanging || (rest !== undefined && spec.params.text.includes(" "));
    const secret = named ? rest : params;
    if (secret === undefined) return text;
    this.#secrets.add(secret);
    return named ? `${keyword} ${first} ${MASK}` : `${keyword} ${MASK}`;
  }

  #received(text: string): string {
    if (this.#exchanging) {
      this.#continuing = text.startsWith("+ ");
      this.#exchanging = this.#continuing;
    }
    return this.#secrets.masked(text);
  }
}

export function dialogOf(lines: readonly RecordedLine[], ended: boolean, truncated: boolean): string {
  const dialog = lines.map(({ from, text, lineEnd }) => {
    if (from === "client") return lineEnd === "\r\n" ? marked("C:", sent(text)) : marked("C-", sent(text + lineEnd));
    if (lineEnd !== "") return marked("S:", received(text));
    // A line that never ends cannot be expected.
    return `# without a line end: ${received(text)}`;
  });
  if (truncated) dialog.push("# and so on: the rest was not recorded");
  else if (ended) dialog.push("S: <closed>");
  return dialog.join("\n");
}

function marked(mark: string, text: string): string {
  return text === "" ? mark : `${mark} ${text}`;
}

/** As `C:` reads it. */
function sent(text: string): string {
  return visible(text.replaceAll("\\", "\\\\").replaceAll("\r", "\\r").replaceAll("\n", "\\n"));
}

/** As `S:` reads it: a pattern in which nothing but a masked secret stands for anything else. */
function received(text: string): string {
  const masked = text.split(MASK).map((part) => part.replaceAll("\\", "\\x5C").replaceAll("*", "\\*"));
  const plain = visible(masked.join(MASK));
  return plain === "..." || plain === "<closed>" ? `\\x${hex(plain)}${plain.slice(1)}` : plain;
}

/** Control characters, 8-bit octets, and the spaces at the end that a dialog does not keep. */
function visible(text: string): string {
  return text.replaceAll(/[\x00-\x1f\x7f-\xff]| +$/g, (found) => [...found].map((one) => `\\x${hex(one)}`).join(""));
}

function hex(text: string): string {
  return text.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0");
}
