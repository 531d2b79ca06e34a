// Plays a dialog against a server: sends the client's lines and holds the server's against the patterns.
// `protocol/dialog.ts` has read the dialog, `wire.ts` is the connection. Knows no check: the caller logs in where one asks for it.
import type { DialogStep } from "../protocol/dialog.js";
import type { TranscriptLine } from "./transcript.js";
import { type Wire, WireFailed } from "./wire.js";

/** What a dialog waited for in vain. */
interface Missed {
  /** The line as the dialog has it. */
  readonly wanted: string;
  /** The server said nothing, went away, or sent a line without end; `ended`: the multi-line response was over; null where another line came. */
  readonly because: WireFailed["reason"] | "ended" | null;
  /** The server had refused something earlier in the dialog. */
  readonly refused: boolean;
}

/** The server did not answer as the dialog says. */
export class DialogMismatch extends Error {
  override readonly name = "DialogMismatch";
  /** What was sent last, what was expected and what came, a sentence without the dialog. */
  readonly problem: string;
  readonly missed: Missed;
  /** All that was sent and received, as lines `C: …` and `S: …`. */
  readonly transcript: string;

  constructor(problem: string, at: number, missed: Missed, lines: readonly TranscriptLine[]) {
    const shown = lines.map(({ from, text }) => `${from}: ${text}`);
    super(`dialog line ${at}: ${problem}\n${shown.map((line) => `  ${line}`).join("\n")}`);
    this.problem = problem;
    this.missed = missed;
    this.transcript = shown.join("\n");
  }
}

/** Plays it to the end. Throws `DialogMismatch` at the first line that differs. */
export async function playDialog(steps: readonly DialogStep[], wire: Wire): Promise<void> {
  const mark = wire.transcript.end;
  let skipping = false;
  let refused = false;
  let sent = "";
  for (const step of steps) {
    if (step.kind === "send") {
      wire.send(step.octets);
      sent = shownCommand(step.octets);
      continue;
    }
    if (step.kind === "expect-any-lines") {
      skipping = true;
      continue;
    }
    const wanted = step.kind === "expect-close" ? "the end of the connection" : step.text;
    const shown = step.kind === "expect-close" ? wanted : JSON.stringify(wanted);
    const mismatch = (what: string, because: Missed["because"]): DialogMismatch =>
      new DialogMismatch(
        `${sent}${shown} was expected, and ${what}`,
        step.line,
        { wanted, because, refused },
        wire.transcript.since(mark),
      );
    for (;;) {
      const line = await wire.line().catch((error: unknown) => {
        if (!(error instanceof WireFailed)) throw error;
        throw mismatch(error.message, error.reason);
      });
      if (step.kind === "expect-close" ? line === null : line !== null && step.pattern.test(line)) {
        refused ||= line?.startsWith("-ERR") === true;
        break;
      }
      if (line === null) throw mismatch("the server closed the connection", "closed");
      if (!skipping) throw mismatch(`${JSON.stringify(line)} came`, null);
      if (line === ".") throw mismatch("the response ended without it", "ended");
    }
    skipping = false;
  }
}

/** `behind STAT: `, for the beginning of a sentence. */
function shownCommand(octets: string): string {
  const command = octets.replace(/\r\n$/, "");
  return `behind ${/^[ -~]{1,80}$/.test(command) ? command : JSON.stringify(command.slice(0, 80))}: `;
}
