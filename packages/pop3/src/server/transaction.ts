// The TRANSACTION state of one session: numbers, deletion marks, the commit. The only place where a message number becomes
// a message. Knows the maildrop, no socket and no command.
import type { NegativeReply } from "../contracts/reply.js";
import { MaildropFailure } from "../contracts/errors.js";
import type { Maildrop, Snapshot, WireBody } from "../contracts/maildrop.js";
import { say } from "../contracts/sentence.js";
import type { MessageNumber, Transaction } from "../contracts/transaction.js";
import { topOf } from "./bodies.js";
import { listing } from "./listing.js";
import { surrogateOf } from "./surrogate-body.js";

/** What a transaction tells its session. */
export interface TransactionObserver {
  retrieved(uniqueId: string, octets: number): void;
  updated(deleted: number): void;
  failed(doing: string, error: unknown): void;
  /** Before messages are deleted at QUIT. */
  updating(): void;
}

/** One open maildrop between login and QUIT. */
export class OpenTransaction implements Transaction {
  readonly #maildrop: Maildrop;
  readonly #observer: TransactionObserver;
  /** A 1 at the position of each message marked as deleted; null while none is. */
  #marked: Uint8Array | null = null;
  #markedCount = 0;
  #markedOctets = 0;
  /** A 1 at the position of each message that the client has got; null while there is none. */
  #retrieved: Uint8Array | null = null;
  #form: MessageForm = "native";
  readonly #utf8Messages: "surrogate" | "refuse";
  #ended: Promise<void> | null = null;
  #over = false;

  constructor(maildrop: Maildrop, utf8Messages: "surrogate" | "refuse", observer: TransactionObserver) {
    this.#maildrop = maildrop;
    this.#utf8Messages = utf8Messages;
    this.#observer = observer;
  }

  get count(): number {
    return this.#maildrop.snapshot.count - this.#markedCount;
  }

  get octets(): number {
    const { snapshot } = this.#maildrop;
    const all = this.#form === "surrogate" ? (snapshot.asciiOctets ?? snapshot.octets) : snapshot.octets;
    return all - this.#markedOctets;
  }

  message(number: number): MessageNumber | NegativeReply {
    const { count } = this.#maildrop.snapshot;
    if (!Number.isInteger(number) || number < 1 || number > count) {
      return { status: "-ERR", text: say("there is no such message; messages in this session: {count}", { count }) };
    }
    if (this.#marked?.[number - 1] === 1) {
      return { status: "-ERR", text: say("message {number} is marked as deleted", { number }) };
    }
    return number as MessageNumber;
  }

  readable(number: number): MessageNumber | NegativeReply {
    const message = this.message(number);
    if (typeof message === "object" || this.#form !== "refuse" || !this.#needsUtf8(message)) return message;
    return {
      status: "-ERR",
      text: say("message {number} needs UTF-8: send UTF8 before the next login", { number }),
      cause: "needs-utf8",
    };
  }

  withholdUtf8(): void {
    this.#form = this.#utf8Messages;
  }

  octetsOf(message: MessageNumber): number {
    return octetsAt(this.#maildrop.snapshot, message - 1, this.#form);
  }

  uniqueIdOf(message: MessageNumber): string {
    return this.#maildrop.snapshot.uniqueIdAt(message - 1);
  }

  scanListing(): WireBody {
    return listing(this.#form === "surrogate" ? "ascii-scan" : "scan", this.#maildrop.snapshot, this.#marked);
  }

  uniqueIdListing(): WireBody {
    return listing("unique-id", this.#maildrop.snapshot, this.#marked);
  }

  read(message: MessageNumber): WireBody | Promise<WireBody> {
    const body = this.#maildrop.read(message - 1);
    if (this.#form !== "surrogate" || !this.#needsUtf8(message)) return body;
    return body instanceof Promise ? body.then(surrogateOf) : surrogateOf(body);
  }

  top(message: MessageNumber, lines: number): WireBody | Promise<WireBody> {
    const body = this.read(message);
    return body instanceof Promise ? body.then((read) => topOf(read, lines)) : topOf(body, lines);
  }

  markRetrieved(message: MessageNumber): void {
    this.#retrieved ??= new Uint8Array(this.#maildrop.snapshot.count);
    this.#retrieved[message - 1] = 1;
    this.#observer.retrieved(this.uniqueIdOf(message), this.octetsOf(message));
  }

  markDeleted(message: MessageNumber): void {
    this.#marked ??= new Uint8Array(this.#maildrop.snapshot.count);
    if (this.#marked[message - 1] === 1) return;
    this.#marked[message - 1] = 1;
    this.#markedCount++;
    this.#markedOctets += this.octetsOf(message);
  }

  markAllRetrievedDeleted(): void {
    const retrieved = this.#retrieved;
    if (retrieved === null) return;
    for (let at = retrieved.indexOf(1); at !== -1; at = retrieved.indexOf(1, at + 1)) {
      this.markDeleted((at + 1) as MessageNumber);
    }
  }

  reset(): void {
    this.#marked = null;
    this.#markedCount = 0;
    this.#markedOctets = 0;
  }

  commit(): void | Promise<void> {
    if (this.#over) throw new MaildropFailure("temporary", "the transaction is over");
    this.#observer.updating();
    const deleted: number[] = [];
    for (let at = this.#marked?.indexOf(1) ?? -1; at !== -1; at = this.#marked!.indexOf(1, at + 1)) deleted.push(at);
    if (deleted.length === 0) return this.release();
    this.#over = true;
    try {
      const updated = this.#maildrop.update(deleted);
      if (updated instanceof Promise) {
        const committed = updated.then(() => this.#observer.updated(deleted.length), asMaildropFailure);
        this.#ended = committed.catch(() => undefined);
        return committed;
      }
      this.#observer.updated(deleted.length);
    } catch (error) {
      asMaildropFailure(error);
    }
  }

  /**
   * Ends without deleting anything: the connection was lost, the time was over, the server stops. Where the end was begun before,
   * resolves when that is done.
   */
  release(): void | Promise<void> {
    if (this.#over) return this.#ended ?? undefined;
    this.#over = true;
    // A lease that cannot be given back is nothing that the client could mend; it dies with its holder at the latest.
    const failed = (error: unknown): void => this.#observer.failed("releasing a maildrop", error);
    try {
      const released = this.#maildrop.release();
      if (released instanceof Promise) return (this.#ended = released.catch(failed));
    } catch (error) {
      failed(error);
    }
  }

  #needsUtf8(message: MessageNumber): boolean {
    return this.#maildrop.snapshot.needsUtf8At?.(message - 1) ?? false;
  }
}

/** How messages are shown: as they are, as surrogates where they need UTF-8, or not at all then. */
type MessageForm = "native" | "surrogate" | "refuse";

/** The octets that RETR transmits. */
function octetsAt(snapshot: Snapshot, position: number, form: MessageForm): number {
  return form === "surrogate" && snapshot.asciiOctetsAt !== undefined
    ? snapshot.asciiOctetsAt(position)
    : snapshot.octetsAt(position);
}

/** A store may fail in ways that it did not foresee; for the client that is a temporary failure all the same. */
function asMaildropFailure(error: unknown): never {
  if (error instanceof MaildropFailure) throw error;
  throw new MaildropFailure("temporary", "the maildrop could not be updated", { cause: error });
}
