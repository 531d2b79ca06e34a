// Plays a dialog against a server: sends the client's lines and holds the server's against the patterns.
// `protocol/dialog.ts` has read the dialog, `wire.ts` is the connection. Knows no check: the caller logs in where one asks for it.
import type { DialogStep } from "../protocol/dialog.js";
import type { Wire } from "./wire.js";

/** The server did not answer as the dialog says. */
export class DialogMismatch extends Error {
  override readonly name = "DialogMismatch";
  /** All that was sent and received, as lines `C: …` and `S: …`. */
  readonly transcript: string;

  constructor(problem: string, transcript: readonly string[]) {
    super(`${problem}\n${transcript.map((line) => `  ${line}`).join("\n")}`);
    this.transcript = transcript.join("\n");
  }
}

/** Plays it to the end. Throws `DialogMismatch` at the first line that differs. */
export async function playDialog(steps: readonly DialogStep[], wire: Wire): Promise<void> {
  const transcript: string[] = [];
  let skipping = false;
  for (const step of steps) {
    if (step.kind === "send") {
      wire.send(step.octets);
      transcript.push(`C: ${step.octets.trimEnd()}`);
      continue;
    }
    if (step.kind === "expect-any-lines") {
      skipping = true;
      continue;
    }
    for (;;) {
      const line = await wire.line().catch((error: unknown) => {
        throw new DialogMismatch(`dialog line ${step.line}: ${String(error)}`, transcript);
      });
      transcript.push(line === null ? "S: <closed>" : `S: ${line}`);
      if (step.kind === "expect-close" ? line === null : line !== null && step.pattern.test(line)) break;
      if (skipping && line !== null) continue;
      const wanted = step.kind === "expect-close" ? "<closed>" : step.text;
      throw new DialogMismatch(`dialog line ${step.line}: expected ${JSON.stringify(wanted)}`, transcript);
    }
    skipping = false;
  }
}
