// A message as a mail transfer agent hands it to a delivery agent on standard input: octets to the end of the input,
// sometimes with an envelope line in front. All of it or nothing: whatever cuts it short makes reading it throw.
import type { Readable } from "node:stream";
import { Refusal, sysexits } from "./sysexits.js";

const LF = 0x0a;
const envelope = Buffer.from("From ");

export interface IncomingOptions {
  /** Asks to stop: then nothing is delivered. */
  readonly signal?: AbortSignal | undefined;
  /** Whether whoever writes the message is still there once the input ends; an end without its writer is no end. */
  writerAlive?(): Promise<boolean>;
}

/**
 * The message, without an envelope line. Throws `Refusal` while it is read: where it is empty (EX_DATAERR), could not be
 * read to its end (EX_IOERR), or was given up by its writer or by the signal (EX_TEMPFAIL).
 */
export async function* incomingMessage(input: Readable, options: IncomingOptions = {}): AsyncGenerator<Uint8Array> {
  const { signal, writerAlive } = options;
  const stop = (): void => {
    input.destroy(new Refusal(sysexits.tempFail, "The delivery was told to stop; nothing was delivered."));
  };
  signal?.addEventListener("abort", stop);
  if (signal?.aborted === true) stop();
  let empty = true;
  try {
    for await (const piece of withoutEnvelopeLine(input)) {
      if (piece.length > 0) empty = false;
      yield piece;
    }
  } catch (error) {
    if (error instanceof Refusal) throw error;
    const problem = error instanceof Error ? error.message : String(error);
    throw new Refusal(sysexits.ioErr, `Standard input cannot be read: ${problem}. Nothing was delivered.`, {
      cause: error,
    });
  } finally {
    signal?.removeEventListener("abort", stop);
  }
  if (empty) {
    throw new Refusal(
      sysexits.dataErr,
      "There is no message on standard input; write `postern deliver NAME < message`.",
    );
  }
  if ((await writerAlive?.()) === false) {
    throw new Refusal(
      sysexits.tempFail,
      "The program that was handing over the message has ended; nothing was delivered.",
    );
  }
}

/** Takes a first line that begins with `From ` away, of any length: some agents write it, and it is not of the message. */
export async function* withoutEnvelopeLine(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let matched = 0;
  let state: "beginning" | "envelope" | "message" = "beginning";
  for await (const piece of input) {
    let from = 0;
    while (state === "beginning" && from < piece.length && piece[from] === envelope[matched]) {
      from++;
      if (++matched === envelope.length) state = "envelope";
    }
    if (state === "beginning" && from < piece.length) {
      state = "message";
      if (matched > from) yield envelope.subarray(0, matched - from);
      from = 0;
    }
    if (state === "envelope") {
      const lineFeed = piece.indexOf(LF, from);
      if (lineFeed === -1) continue;
      state = "message";
      from = lineFeed + 1;
    }
    if (state === "message" && from < piece.length) yield piece.subarray(from);
  }
  if (state === "beginning" && matched > 0) yield envelope.subarray(0, matched);
}
