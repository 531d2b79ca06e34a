// Maildrops in memory: the reference store, for tests, examples and servers that need not remember.
// Shows the contract of `contracts/maildrop.ts` in its shortest form; knows nothing of sessions, disks or the wire's commands.
import { MaildropFailure } from "../contracts/errors.js";
import type {
  Delivered,
  DeliveryOptions,
  Depository,
  Maildrop,
  MaildropStore,
  MessageSource,
  Snapshot,
} from "../contracts/maildrop.js";
import { WireEncoder } from "../protocol/wire-form.js";

/** A message as the store keeps it. */
export interface MemoryMessage {
  readonly uniqueId: string;
  readonly octets: number;
  /** Octets of its surrogate; null where it needs none. */
  readonly surrogateOctets: number | null;
  readonly arrivedMs: number;
  /** Wire form: CRLF, dot-stuffed. */
  readonly wire: Uint8Array;
}

/** One user's maildrop. */
class Drop {
  /** Random, so that a maildrop made anew under the same name gives out other unique-ids. */
  readonly prefix: string = Array.from(crypto.getRandomValues(new Uint8Array(6)), (octet) =>
    octet.toString(16).padStart(2, "0"),
  ).join("");
  readonly keptUniqueIds: Set<string> = new Set();
  nextSequence = 1;
  messages: MemoryMessage[] = [];
  /** What a session sees, made for the first one and shared until a message comes or goes. */
  view: View | null = null;
  /** The session that has the lease. */
  holder: object | null = null;
}

/** The messages as they were at one moment. */
interface View {
  readonly messages: readonly MemoryMessage[];
  readonly snapshot: Snapshot;
}

/** A store whose maildrops last as long as it does. A maildrop comes into being when it is first opened or delivered to. */
export class MemoryMaildrops implements MaildropStore, Depository {
  readonly #drops = new Map<string, Drop>();

  /** Throws `MaildropFailure` (`in-use`) while another session has the maildrop open. */
  open(user: string): Maildrop {
    const drop = this.#drop(user);
    if (drop.holder !== null)
      throw new MaildropFailure("in-use", "another session has this maildrop open; wait until it has ended");
    return new MemoryMaildrop(drop);
  }

  /** Throws `MaildropFailure` (`permanent`) for a unique-id that cannot be kept, and whatever reading the source throws. */
  async deliver(user: string, message: MessageSource, options: DeliveryOptions = {}): Promise<Delivered> {
    const encoder = new WireEncoder();
    const pieces: Uint8Array[] = [];
    if (message instanceof Uint8Array) pieces.push(encoder.push(message));
    else for await (const piece of message) pieces.push(encoder.push(Uint8Array.from(piece)));
    pieces.push(encoder.finish());

    const drop = this.#drop(user);
    const uniqueId = options.uniqueId ?? `${drop.prefix}.${drop.nextSequence}`;
    if (options.uniqueId !== undefined) keep(drop, options.uniqueId);
    drop.nextSequence++;
    const { octets, surrogateOctets } = encoder.facts;
    const arrivedMs = options.arrivedMs ?? Date.now();
    drop.view = null;
    drop.messages.push({ uniqueId, octets, surrogateOctets, arrivedMs, wire: joined(pieces) });
    return { uniqueId, octets };
  }

  /** What the user's maildrop holds now, oldest first. */
  messages(user: string): readonly MemoryMessage[] {
    return this.#drops.get(user)?.messages.slice() ?? [];
  }

  /** Takes the lease away from the session that has it, as a store does with a holder that it takes for dead. */
  breakLease(user: string): void {
    this.#drop(user).holder = null;
  }

  #drop(user: string): Drop {
    let drop = this.#drops.get(user);
    if (drop === undefined) this.#drops.set(user, (drop = new Drop()));
    return drop;
  }
}

class MemoryMaildrop implements Maildrop {
  readonly snapshot: Snapshot;
  readonly #drop: Drop;
  readonly #messages: readonly MemoryMessage[];

  constructor(drop: Drop) {
    this.#drop = drop;
    drop.holder = this;
    drop.view ??= viewOf(drop.messages.slice());
    ({ messages: this.#messages, snapshot: this.snapshot } = drop.view);
  }

  read(position: number): Uint8Array {
    return messageAt(this.#messages, position).wire;
  }

  update(deleted: readonly number[]): void {
    const drop = this.#drop;
    if (drop.holder !== this) {
      throw new MaildropFailure(
        "temporary",
        "another session took this maildrop over; nothing was deleted, log in again",
      );
    }
    drop.holder = null;
    const gone = new Set(deleted.map((position) => messageAt(this.#messages, position)));
    drop.view = null;
    drop.messages = drop.messages.filter((message) => !gone.has(message));
  }

  release(): void {
    if (this.#drop.holder === this) this.#drop.holder = null;
  }
}

function viewOf(messages: readonly MemoryMessage[]): View {
  const snapshot: Snapshot = {
    count: messages.length,
    octets: messages.reduce((sum, message) => sum + message.octets, 0),
    octetsAt: (position) => messageAt(messages, position).octets,
    uniqueIdAt: (position) => messageAt(messages, position).uniqueId,
    ...(messages.some(needsUtf8) && {
      asciiOctets: messages.reduce((sum, message) => sum + asciiOctets(message), 0),
      asciiOctetsAt: (position: number) => asciiOctets(messageAt(messages, position)),
      needsUtf8At: (position: number) => needsUtf8(messageAt(messages, position)),
    }),
  };
  return { messages, snapshot };
}

function needsUtf8({ surrogateOctets }: MemoryMessage): boolean {
  return surrogateOctets !== null;
}

function asciiOctets({ surrogateOctets, octets }: MemoryMessage): number {
  return surrogateOctets ?? octets;
}

function messageAt(messages: readonly MemoryMessage[], position: number): MemoryMessage {
  const message = messages[position];
  if (message === undefined)
    throw new RangeError(`no message at position ${position}: the maildrop holds ${messages.length}`);
  return message;
}

/** Notes a unique-id from elsewhere as used in this maildrop, or refuses it. */
function keep(drop: Drop, uniqueId: string): void {
  if (!/^[!-~]{1,70}$/.test(uniqueId)) {
    throw new MaildropFailure("permanent", "a unique-id is 1 to 70 characters of 0x21 to 0x7E (RFC 1939 §7)");
  }
  // All unique-ids behind the prefix are the store's own to give out, once each.
  if (drop.keptUniqueIds.has(uniqueId) || uniqueId.startsWith(`${drop.prefix}.`)) {
    throw new MaildropFailure(
      "permanent",
      `the unique-id ${uniqueId} was used before in this maildrop; let the store choose one`,
    );
  }
  drop.keptUniqueIds.add(uniqueId);
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
