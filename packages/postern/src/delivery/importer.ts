// Copies the messages of a source into a maildrop, one after the other, and tells the outcome of each. A message that
// cannot be read does not stop the others; a store that cannot store stops everything. Knows no format and no database.
import { MaildropFailure } from "@postern/pop3/server";
import type { Delivered } from "@postern/pop3/server";
import type { ImportSource, SourceMessage } from "./import-source.js";

/** The store's side of an import. */
export interface ImportTarget {
  /**
   * Puts a message into a user's maildrop once for each key, or says that it was there already: the message and its key
   * are stored together or not at all. Throws `MaildropFailure`, `permanent` among other things for a unique-id that is
   * malformed or was used before.
   */
  importMessage(
    user: string,
    message: AsyncIterable<Uint8Array>,
    options: { readonly key: string; readonly uniqueId?: string; readonly arrivedMs?: number },
  ): Promise<Delivered | "known">;
}

/** What became of one message. */
export type ImportOutcome =
  | { readonly kind: "imported"; readonly delivered: Delivered; readonly lostUniqueId: string | null }
  | { readonly kind: "known" }
  | { readonly kind: "failed"; readonly problem: string };

export interface Imported {
  readonly message: SourceMessage;
  readonly outcome: ImportOutcome;
}

/** RFC 1939 §7. */
const uniqueIdForm = /^[\x21-\x7e]{1,70}$/;

/**
 * Imports until the source ends. Throws the signal's reason once it is aborted, and the store's `MaildropFailure` of kind
 * `temporary` or `in-use`; what was imported until then stays, and a later run goes on from there.
 */
export async function* importMessages(
  target: ImportTarget,
  user: string,
  source: ImportSource,
  signal?: AbortSignal,
): AsyncGenerator<Imported> {
  for await (const message of source.messages()) {
    signal?.throwIfAborted();
    yield { message, outcome: await importOne(target, user, message, signal) };
  }
}

async function importOne(
  target: ImportTarget,
  user: string,
  message: SourceMessage,
  signal: AbortSignal | undefined,
): Promise<ImportOutcome> {
  const reading = new Reading(message, signal);
  const { uniqueId: claimed, arrivedMs } = message;
  const wanted = claimed !== undefined && uniqueIdForm.test(claimed) ? claimed : null;
  try {
    const options = { key: await reading.key(), ...(arrivedMs !== undefined && { arrivedMs }) };
    let kept = wanted;
    let delivered: Delivered | "known";
    try {
      delivered = await target.importMessage(user, reading.octets(), {
        ...options,
        ...(kept !== null && { uniqueId: kept }),
      });
    } catch (error) {
      if (kept === null || reading.problem !== null || !isPermanent(error)) throw error;
      // Another message has this unique-id, or had it once. A new one is better than no message.
      kept = null;
      delivered = await target.importMessage(user, reading.octets(), options);
    }
    if (delivered === "known") return { kind: "known" };
    return { kind: "imported", delivered, lostUniqueId: kept === null && claimed !== undefined ? claimed : null };
  } catch (error) {
    signal?.throwIfAborted();
    if (reading.problem !== null) return { kind: "failed", problem: reading.problem };
    if (isPermanent(error)) return { kind: "failed", problem: error.message };
    throw error;
  }
}

function isPermanent(error: unknown): error is MaildropFailure {
  return error instanceof MaildropFailure && error.kind === "permanent";
}

/** Reads one message and remembers what went wrong with reading, whatever the store makes of the error. */
class Reading {
  readonly #message: SourceMessage;
  readonly #signal: AbortSignal | undefined;
  #problem: string | null = null;

  constructor(message: SourceMessage, signal: AbortSignal | undefined) {
    this.#message = message;
    this.#signal = signal;
  }

  get problem(): string | null {
    return this.#problem;
  }

  async key(): Promise<string> {
    try {
      return await this.#message.key();
    } catch (error) {
      throw this.#noted(error);
    }
  }

  async *octets(): AsyncGenerator<Uint8Array> {
    try {
      for await (const piece of this.#message.open()) {
        this.#signal?.throwIfAborted();
        yield piece;
      }
    } catch (error) {
      throw this.#noted(error);
    }
  }

  #noted(error: unknown): unknown {
    this.#problem = error instanceof Error ? error.message : String(error);
    return error;
  }
}
