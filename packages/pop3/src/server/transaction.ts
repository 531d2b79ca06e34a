// The TRANSACTION state of one session: numbers, deletion marks, the commit. The only place where a message number becomes
// a message. Knows the maildrop, no socket and no command.
import { MaildropFailure } from "../contracts/errors.js";
import type { Maildrop, WireBody } from "../contracts/maildrop.js";
import type { MessageNumber, Transaction } from "../contracts/transaction.js";
import { topOf } from "./bodies.js";
import { listing } from "./listing.js";

/** What a transaction tells its session. */
export interface TransactionObserver {
  retrieved(uniqueId: string, octets: number): void;
  updated(deleted: number): void;
  failed(doing: string, error: unknown): void;
}

/** One open maildrop between login and QUIT. */
export class OpenTransaction implements Transaction {
  readonly #maildrop: Maildrop;
  readonly #observer: TransactionObserver;
  /** A 1 at the position of each message marked as deleted; null while none is. */
  #marked: Uint8Array | null = null;
  #markedCount = 0;
  #markedOctets = 0;
  #over = false;

  constructor(maildrop: Maildrop, observer: TransactionObserver) {
    this.#maildrop = maildrop;
    this.#observer = observer;
  }

  get count(): number {
    return this.#maildrop.snapshot.count - this.#markedCount;
  }

  get octets(): number {
    return this.#maildrop.snapshot.octets - this.#markedOctets;
  }

  message(number: number): MessageNumber | { readonly problem: string } {
    const { count } = this.#maildrop.snapshot;
    if (!Number.isInteger(number) || number < 1 || number > count) {
      return {
        problem: `there is no such message; the maildrop was opened with ${count} ${count === 1 ? "message" : "messages"}`,
      };
    }
    if (this.#marked?.[number - 1] === 1) return { problem: `message ${number} is marked as deleted` };
    return number as MessageNumber;
  }

  octetsOf(message: MessageNumber): number {
    return this.#maildrop.snapshot.octetsAt(message - 1);
  }

  uniqueIdOf(message: MessageNumber): string {
    return this.#maildrop.snapshot.uniqueIdAt(message - 1);
  }

  scanListing(): WireBody {
    return listing("scan", this.#maildrop.snapshot, this.#marked);
  }

  uniqueIdListing(): WireBody {
    return listing("unique-id", this.#maildrop.snapshot, this.#marked);
  }

  read(message: MessageNumber): WireBody | Promise<WireBody> {
    return this.#maildrop.read(message - 1);
  }

  top(message: MessageNumber, lines: number): WireBody | Promise<WireBody> {
    const body = this.read(message);
    return body instanceof Promise ? body.then((read) => topOf(read, lines)) : topOf(body, lines);
  }

  markRetrieved(message: MessageNumber): void {
    this.#observer.retrieved(this.uniqueIdOf(message), this.octetsOf(message));
  }

  markDeleted(message: MessageNumber): void {
    this.#marked ??= new Uint8Array(this.#maildrop.snapshot.count);
    if (this.#marked[message - 1] === 1) return;
    this.#marked[message - 1] = 1;
    this.#markedCount++;
    this.#markedOctets += this.octetsOf(message);
  }

  reset(): void {
    this.#marked = null;
    this.#markedCount = 0;
    this.#markedOctets = 0;
  }

  commit(): void | Promise<void> {
    if (this.#over) throw new MaildropFailure("temporary", "the transaction is over");
    const deleted: number[] = [];
    for (let at = this.#marked?.indexOf(1) ?? -1; at !== -1; at = this.#marked!.indexOf(1, at + 1)) deleted.push(at);
    if (deleted.length === 0) return this.release();
    this.#over = true;
    try {
      const updated = this.#maildrop.update(deleted);
      if (updated instanceof Promise)
        return updated.then(() => this.#observer.updated(deleted.length), asMaildropFailure);
      this.#observer.updated(deleted.length);
    } catch (error) {
      asMaildropFailure(error);
    }
  }

  /** Ends without deleting anything: the connection was lost, the time was over, the server stops. */
  release(): void | Promise<void> {
    if (this.#over) return;
    this.#over = true;
    // A lease that cannot be given back is nothing that the client could mend; it dies with its holder at the latest.
    const failed = (error: unknown): void => this.#observer.failed("releasing a maildrop", error);
    try {
      const released = this.#maildrop.release();
      if (released instanceof Promise) return released.catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}

/** A store may fail in ways that it did not foresee; for the client that is a temporary failure all the same. */
function asMaildropFailure(error: unknown): never {
  if (error instanceof MaildropFailure) throw error;
  throw new MaildropFailure("temporary", "the maildrop could not be updated", { cause: error });
}
