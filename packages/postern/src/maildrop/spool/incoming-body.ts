// A message on its way in: from its source to wire form to pieces in the database, in bounded memory and without keeping
// the write lock while the source makes us wait.
import { WireEncoder, type MessageSource, type WireFacts } from "@postern/pop3/server";
import type { PosternDatabase } from "../../database/database.js";
import { CHUNK_OCTETS, type Bodies } from "./bodies.js";

/** Octets of a source's piece that are encoded at a time. */
const SLICE_OCTETS = 64 * 1024;

/**
 * Takes a message in. All of it but the last piece is in the database afterwards, noted as loose; `store` in the
 * transaction that adds the message makes it whole, `discard` takes it back. Throws what reading the source throws.
 */
export async function receiveBody(
  source: MessageSource,
  database: PosternDatabase,
  bodies: Bodies,
  holder: () => string,
): Promise<IncomingBody> {
  const body = new IncomingBody(await bodies.allocate(), database, bodies, holder);
  try {
    if (source instanceof Uint8Array) await body.push(source);
    else for await (const piece of source) await body.push(piece);
    await body.finish();
  } catch (error) {
    await body.discard();
    throw error;
  }
  return body;
}

export class IncomingBody {
  readonly id: number;
  readonly #database: PosternDatabase;
  readonly #bodies: Bodies;
  readonly #holder: () => string;
  readonly #encoder = new WireEncoder();
  #buffer: Uint8Array = new Uint8Array(0);
  #filledOctets = 0;
  #chunksStored = 0;

  constructor(id: number, database: PosternDatabase, bodies: Bodies, holder: () => string) {
    this.id = id;
    this.#database = database;
    this.#bodies = bodies;
    this.#holder = holder;
  }

  get facts(): WireFacts {
    return this.#encoder.facts;
  }

  async push(piece: Uint8Array): Promise<void> {
    for (let at = 0; at < piece.length; at += SLICE_OCTETS) {
      await this.#append(this.#encoder.push(piece.subarray(at, at + SLICE_OCTETS)));
    }
  }

  async finish(): Promise<void> {
    await this.#append(this.#encoder.finish());
  }

  /** Puts the last piece where the others are. To be called in a write transaction. */
  store(): void {
    if (this.#filledOctets > 0)
      this.#bodies.putChunk(this.id, this.#chunksStored, this.#buffer.subarray(0, this.#filledOctets));
    if (this.#chunksStored > 0) this.#bodies.settle(this.id);
  }

  /** Takes everything out of the database again. A failure here is for the sweep to make good. */
  async discard(): Promise<void> {
    if (this.#chunksStored > 0) await this.#bodies.discard(this.id).catch(() => undefined);
  }

  async #append(wire: Uint8Array): Promise<void> {
    let at = 0;
    while (at < wire.length) {
      if (this.#filledOctets === CHUNK_OCTETS) await this.#storeChunk();
      const taken = Math.min(wire.length - at, CHUNK_OCTETS - this.#filledOctets);
      this.#makeRoom(taken);
      this.#buffer.set(wire.subarray(at, at + taken), this.#filledOctets);
      this.#filledOctets += taken;
      at += taken;
    }
  }

  #makeRoom(octets: number): void {
    const needed = this.#filledOctets + octets;
    if (needed <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.min(CHUNK_OCTETS, Math.max(needed, this.#buffer.length * 2)));
    larger.set(this.#buffer.subarray(0, this.#filledOctets));
    this.#buffer = larger;
  }

  async #storeChunk(): Promise<void> {
    const chunk = this.#chunksStored;
    await this.#database.write(() => {
      if (chunk === 0) this.#bodies.announce(this.id, this.#holder());
      this.#bodies.putChunk(this.id, chunk, this.#buffer);
    });
    this.#chunksStored++;
    this.#filledOctets = 0;
  }
}
