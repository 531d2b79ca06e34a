// What real servers said, as the .txt files beside this one have it, and their reader. A file opens with `server:`, `seen:` (where the
// lines come from), perhaps `tls: implicit` and any number of `note:`; then parts, each below a line `== STATE part`. The parts:
//   greeting           one line
//   capa               status line, capability lines, the lone dot
//   capa after STLS    the same, asked again under TLS
//   capa, cut off      as far as the source goes; capa, tags alone: without status line and dot. What is missing is added here.
//   exchange           lines `C: …` and `S: …`; what stands in parentheses behind a command, or `...`, is a remark and was not sent
// Lines are as on the wire without CRLF, one character an octet, blanks at their ends included.
import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";

export type TranscriptState = "AUTHORIZATION" | "TRANSACTION";

/** A command as the file has it, with the lines that answered it. */
export interface Exchanged {
  readonly state: TranscriptState;
  readonly command: string;
  readonly reply: readonly string[];
}

/** An answer to CAPA. */
export interface CapabilityListing {
  readonly status: string;
  /** The capability lines alone. */
  readonly lines: readonly string[];
}

export interface Transcript {
  readonly name: string;
  readonly server: string;
  readonly seen: string;
  readonly implicitTls: boolean;
  /** Null where the source has none. */
  readonly greeting: string | null;
  /** Before login and before STLS; null where the source has none. */
  readonly before: CapabilityListing | null;
  readonly afterStls: CapabilityListing | null;
  readonly afterLogin: CapabilityListing | null;
  readonly exchanges: readonly Exchanged[];
}

const folder = new URL("./", import.meta.url);

export function transcripts(): readonly Transcript[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".txt"))
    .toSorted()
    .map((file) => transcriptOf(basename(file, ".txt"), readFileSync(fileURLToPath(new URL(file, folder)), "latin1")));
}

export function transcript(name: string): Transcript {
  return transcriptOf(name, readFileSync(fileURLToPath(new URL(`${name}.txt`, folder)), "latin1"));
}

interface Part {
  readonly state: TranscriptState;
  readonly kind: string;
  readonly lines: string[];
}

/** Throws where the text does not follow the format: a slip in a file must not pass for a server's. */
export function transcriptOf(name: string, text: string): Transcript {
  const fields = new Map<string, string>();
  const parts: Part[] = [];
  for (const line of text.replace(/\n$/, "").split("\n")) {
    const [, state, kind = ""] = /^== (AUTHORIZATION|TRANSACTION) (.+)$/.exec(line) ?? [];
    const part = parts.at(-1);
    if (state !== undefined) parts.push({ state: state as TranscriptState, kind, lines: [] });
    else if (part !== undefined) part.lines.push(line);
    else {
      const [, field, value] = /^(server|seen|tls|note): (.+)$/.exec(line) ?? [];
      if (field === undefined || value === undefined) throw new Error(`${name}: what is ${JSON.stringify(line)}?`);
      if (field !== "note" && fields.has(field)) throw new Error(`${name}: two lines ${field}:`);
      fields.set(field, value);
    }
  }
  const known = ["greeting", "exchange", ...CAPA_KINDS.flatMap(({ kind }) => kind)];
  const strange = parts.find(({ kind, lines }) => !known.includes(kind) || lines.length === 0);
  if (strange !== undefined) throw new Error(`${name}: no part is called ${strange.kind}, or it is empty`);
  if (!fields.has("server") || !fields.has("seen")) throw new Error(`${name}: server: or seen: is missing`);
  return {
    name,
    server: fields.get("server")!,
    seen: fields.get("seen")!,
    implicitTls: fields.get("tls") === "implicit",
    greeting: only(name, parts, ["greeting"])?.lines[0] ?? null,
    before: listingOf(name, only(name, parts, ["capa", "capa, cut off", "capa, tags alone"], "AUTHORIZATION")),
    afterStls: listingOf(name, only(name, parts, ["capa after STLS"], "AUTHORIZATION")),
    afterLogin: listingOf(name, only(name, parts, ["capa"], "TRANSACTION")),
    exchanges: parts.filter(({ kind }) => kind === "exchange").flatMap((part) => exchangesOf(name, part)),
  };
}

const CAPA_KINDS = [
  { kind: "capa", status: true, dot: true },
  { kind: "capa after STLS", status: true, dot: true },
  { kind: "capa, cut off", status: true, dot: false },
  { kind: "capa, tags alone", status: false, dot: false },
] as const;

function only(name: string, parts: readonly Part[], kinds: readonly string[], state?: TranscriptState): Part | null {
  const found = parts.filter((part) => kinds.includes(part.kind) && (state === undefined || part.state === state));
  if (found.length > 1) throw new Error(`${name}: ${kinds[0]} is there twice`);
  return found[0] ?? null;
}

function listingOf(name: string, part: Part | null): CapabilityListing | null {
  if (part === null) return null;
  const kind = CAPA_KINDS.find((candidate) => candidate.kind === part.kind)!;
  const lines = [...part.lines];
  const status = kind.status ? lines.shift() : "+OK";
  if (status?.startsWith("+OK") !== true || (kind.dot && lines.pop() !== ".") || lines.includes("."))
    throw new Error(`${name}: ${part.kind} has no status line, or no lone dot at its end`);
  return { status, lines };
}

function exchangesOf(name: string, { state, lines }: Part): readonly Exchanged[] {
  const exchanges: { state: TranscriptState; command: string; reply: string[] }[] = [];
  for (const line of lines) {
    const said = line.slice(3);
    if (line.startsWith("C: ")) exchanges.push({ state, command: said, reply: [] });
    else if (line.startsWith("S: ") && exchanges.length > 0) exchanges.at(-1)!.reply.push(said);
    else if (line.startsWith("S: ")) exchanges.push({ state, command: "", reply: [said] });
    else throw new Error(`${name}: ${JSON.stringify(line)} is neither C: nor S:`);
  }
  return exchanges;
}
