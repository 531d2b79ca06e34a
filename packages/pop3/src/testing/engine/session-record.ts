// What was said in one session of a test server, chunk by chunk as it crossed the connection (above TLS), and who was logged in.
// Bounded, because a fault can be endless. What it reads like as a dialog is `recorded-dialog.ts`'s.
import type { AnyCommandSpec } from "../../contracts/command.js";
import { dialogOf, recordedLines, type RecordedChunk, type RecordedLine } from "./recorded-dialog.js";

/** What the sessions of one server may still record, in octets; what follows is not recorded. */
export interface RecordingSpace {
  leftOctets: number;
}

/** For all sessions of a server together. */
export const RECORDED_OCTETS: number = 64 * 1024 * 1024;

/** What a chunk takes beside its octets, about: a reply may come one octet at a time. */
const CHUNK_OCTETS = 128;

/** One session, as it went so far. */
export interface RecordedSession {
  /** From 1, in the order of the connections. */
  readonly number: number;
  /** TLS is or was active. */
  readonly secure: boolean;
  /** Whose maildrop was opened; null where nobody logged in. */
  readonly user: string | null;
  readonly ended: boolean;
  /** More was said than is kept here. */
  readonly truncated: boolean;
  readonly chunks: readonly RecordedChunk[];
  /** Secrets masked, and one character an octet. */
  readonly lines: readonly RecordedLine[];
  /** What the client sent, line by line, secrets masked: `["USER alice", "PASS ****", "QUIT"]`. */
  readonly commands: readonly string[];
  /**
   * All of it in the language of dialogs, to be compared or to be played against a server with `parseDialog` and `playDialog`. Secrets are
   * masked but with `secrets: "shown"`, which a dialog that logs in needs to be played.
   */
  dialog(options?: { readonly secrets?: "masked" | "shown" }): string;
}

export class SessionRecord implements RecordedSession {
  readonly number: number;
  secure = false;
  user: string | null = null;
  ended = false;
  truncated = false;
  readonly chunks: RecordedChunk[] = [];
  readonly #spec: (keyword: string) => AnyCommandSpec | null;
  readonly #space: RecordingSpace;
  readonly #onEnd: () => void;
  readonly #beganMs: number = performance.now();

  constructor(
    number: number,
    spec: (keyword: string) => AnyCommandSpec | null,
    space: RecordingSpace,
    onEnd: () => void,
  ) {
    this.number = number;
    this.#space = space;
    this.#spec = spec;
    this.#onEnd = onEnd;
  }

  get lines(): readonly RecordedLine[] {
    return recordedLines(this.chunks, this.#spec, true);
  }

  get commands(): readonly string[] {
    return this.lines.flatMap(({ from, text }) => (from === "client" ? [text] : []));
  }

  dialog({ secrets = "masked" }: { readonly secrets?: "masked" | "shown" } = {}): string {
    return dialogOf(recordedLines(this.chunks, this.#spec, secrets === "masked"), this.ended, this.truncated);
  }

  note(from: RecordedChunk["from"], octets: Uint8Array): void {
    const taken = octets.length + CHUNK_OCTETS;
    this.truncated ||= taken > this.#space.leftOctets;
    if (this.truncated) return;
    this.#space.leftOctets -= taken;
    this.chunks.push({ from, octets: Uint8Array.from(octets), atMs: performance.now() - this.#beganMs });
  }

  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.#onEnd();
  }
}
