// Plays a dialog against a server: sends the client's lines and holds the server's against the patterns.
// `protocol/dialog.ts` has read the dialog, `wire.ts` is the connection. Knows no check: the caller logs in where one asks for it.
import type { DialogStep } from "../protocol/dialog.js";
import type { TranscriptLine } from "./transcript.js";
import { type Wire, WireFailed } from "./wire.js";

/** The server did not answer as the dialog says. */
export class DialogMismatch extends Error {
  override readonly name = "DialogMismatch";
  /** What was expected and what came, a sentence without the dialog. */
  readonly problem: string;
  /** Nothing came at all, as long as it was waited for. */
  readonly silent: boolean;
  /** All that was sent and received, as lines `C: …` and `S: …`. */
  readonly transcript: string;

  constructor(problem: string, at: number, lines: readonly TranscriptLine[], silent = false) {
    const shown = lines.map(({ from, text }) => `${from}: ${text}`);
    super(`dialog line ${at}: ${problem}\n${shown.map((line) => `  ${line}`).join("\n")}`);
    this.problem = problem;
    this.silent = silent;
    this.transcript = shown.join("\n");
  }
}

/** Plays it to the end. Throws `DialogMismatch` at the first line that differs. */
export async function playDialog(steps: readonly DialogStep[], wire: Wire): Promise<void> {
  const mark = wire.transcript.end;
  const mismatch = (problem: string, at: number, silent = false): DialogMismatch =>
    new DialogMismatch(problem, at, wire.transcript.since(mark), silent);
  let skipping = false;
  for (const step of steps) {
    if (step.kind === "send") {
      wire.send(step.octets);
      continue;
    }
    if (step.kind === "expect-any-lines") {
      skipping = true;
      continue;
    }
    const wanted = step.kind === "expect-close" ? "the end of the connection" : JSON.stringify(step.text);
    for (;;) {
      const line = await wire.line().catch((error: unknown) => {
        if (!(error instanceof WireFailed)) throw error;
        throw mismatch(`${wanted} was expected, and ${error.message}`, step.line, error.reason === "silent");
      });
      if (step.kind === "expect-close" ? line === null : line !== null && step.pattern.test(line)) break;
      if (skipping && line !== null) continue;
      throw mismatch(`${wanted} was expected, and ${came(line)}`, step.line);
    }
    skipping = false;
  }
}

function came(line: string | null): string {
  return line === null ? "the server closed the connection" : `${JSON.stringify(line)} came`;
}
