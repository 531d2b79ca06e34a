// The password hashes of crypt(3): bcrypt, and the SHA-crypt of Ulrich Drepper. Both are computed in one go and would hold up the
// event loop for tens of milliseconds, so they have a thread of their own. Imports nothing of ours, because the thread runs this file too.
import { hash as digest, timingSafeEqual } from "node:crypto";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

/** A question to the thread. */
interface Question {
  readonly number: number;
  readonly kind: "bcrypt" | "sha-crypt";
  readonly password: string;
  readonly hash: string;
}

interface Answer {
  readonly number: number;
  readonly right?: boolean;
  readonly problem?: string;
}

const THREAD = { passwordsOf: "crypt" } as const;

/** bcrypt looks at no more octets of a password than these. */
const BCRYPT_OCTETS = 72;

/** A thread that says whether a hash was made from a password. It is started when it is first needed, and keeps no process alive when idle. */
export class CryptThread {
  #thread: Worker | null = null;
  #last = 0;
  readonly #waiting = new Map<number, { resolve(right: boolean): void; reject(error: Error): void }>();

  /** One at a time; who bounds how many wait is the caller. Throws where the hash is malformed or the thread died. */
  async isPasswordOf(kind: Question["kind"], password: string, hash: string): Promise<boolean> {
    const thread = (this.#thread ??= this.#start());
    const number = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
      thread.ref();
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
      thread.postMessage({ number, kind, password, hash } satisfies Question);
    });
  }

  close(): void {
    void this.#thread?.terminate();
    this.#ended(new Error("the thread for password hashes was stopped"));
  }

  #start(): Worker {
    const thread = new Worker(new URL(import.meta.url), { workerData: THREAD });
    thread.on("message", ({ number, right, problem }: Answer) => {
      const waiting = this.#waiting.get(number);
      this.#waiting.delete(number);
      if (this.#waiting.size === 0) thread.unref();
      if (right === undefined) waiting?.reject(new Error(problem));
      else waiting?.resolve(right);
    });
    thread.on("error", (error: Error) => {
      if (this.#thread === thread) this.#ended(error);
    });
    return thread;
  }

  /** Whoever waits learns it; the next question starts a new thread. */
  #ended(error: Error): void {
    this.#thread = null;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(error);
  }
}

async function isRight({ kind, password, hash }: Question): Promise<boolean> {
  if (kind === "sha-crypt") return timingSafeEqual(Buffer.from(shaCrypt(password, hash)), Buffer.from(hash));
  const octets = Buffer.from(password).subarray(0, BCRYPT_OCTETS);
  const { bcryptVerify } = await import("hash-wasm");
  return octets.length > 0 && bcryptVerify({ password: octets, hash });
}

interface ShaCrypt {
  readonly algorithm: "sha256" | "sha512";
  readonly octets: number;
  /** The order in which octets of the digest are written, three by three. */
  readonly order: readonly number[];
}

/** In groups of three, each group is the one before it shifted by one step of `by`, in the order that the specification lists. */
function orderOf(octets: number, first: readonly number[], step: number, groups: number): readonly number[] {
  const modulus = groups * 3;
  const order: number[] = [];
  for (let group = 0; group < groups; group++) {
    for (const start of first) order.push((start + group * step) % modulus);
  }
  return [...order, ...Array.from({ length: octets - modulus }, (_, at) => octets - 1 - at)];
}

const shaCrypts: Readonly<Record<string, ShaCrypt>> = {
  5: { algorithm: "sha256", octets: 32, order: orderOf(32, [0, 10, 20], 21, 10) },
  6: { algorithm: "sha512", octets: 64, order: orderOf(64, [0, 21, 42], 22, 21) },
};

/** The hash of a password with the salt and the rounds of another hash, by "Unix crypt using SHA-256 and SHA-512", version 0.6. */
function shaCrypt(password: string, like: string): string {
  const [, prefix = "", id = "", roundsText, saltText = ""] =
    /^(\$([56])\$(?:rounds=(\d+)\$)?([^$]*)\$)/.exec(like) ?? [];
  const kind = shaCrypts[id];
  if (kind === undefined) throw new TypeError("a stored password hash is malformed");
  const { algorithm, octets } = kind;
  const hash = (...parts: readonly Uint8Array[]): Buffer => digest(algorithm, Buffer.concat(parts), "buffer");
  const rounds = roundsText === undefined ? 5000 : Number(roundsText);
  const key = Buffer.from(password);
  const salt = Buffer.from(saltText);

  const inner = hash(key, salt, key);
  const parts: Uint8Array[] = [key, salt, stretched(inner, key.length)];
  for (let bits = key.length; bits > 0; bits >>= 1) parts.push((bits & 1) === 1 ? inner : key);
  let result = hash(...parts);

  const p = stretched(hash(...Array.from({ length: key.length }, () => key)), key.length);
  const s = stretched(hash(...Array.from({ length: 16 + result[0]! }, () => salt)), salt.length);
  const room = Buffer.alloc(octets + 2 * p.length + s.length);
  for (let round = 0; round < rounds; round++) {
    let end = 0;
    const add = (part: Uint8Array): void => {
      room.set(part, end);
      end += part.length;
    };
    add(round % 2 === 1 ? p : result);
    if (round % 3 !== 0) add(s);
    if (round % 7 !== 0) add(p);
    add(round % 2 === 1 ? result : p);
    result = digest(algorithm, room.subarray(0, end), "buffer");
  }
  return prefix + encoded(result, kind.order);
}

/** The digest again and again, cut at that length. */
function stretched(octets: Buffer, length: number): Buffer {
  const copies = Math.ceil(length / octets.length);
  return Buffer.concat(Array.from({ length: copies }, () => octets)).subarray(0, length);
}

const DIGITS = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

function encoded(octets: Buffer, order: readonly number[]): string {
  let text = "";
  for (let at = 0; at < order.length; at += 3) {
    // The last group is short: what is missing are its high octets.
    const group = order.slice(at, at + 3);
    let bits = group.reduce((value, index) => value * 256 + octets[index]!, 0);
    for (let digits = Math.ceil((group.length * 8) / 6); digits > 0; digits--) {
      text += DIGITS[bits & 63];
      bits >>= 6;
    }
  }
  return text;
}

function isThread(data: unknown): boolean {
  return typeof data === "object" && data !== null && "passwordsOf" in data && data.passwordsOf === THREAD.passwordsOf;
}

if (!isMainThread && parentPort !== null && isThread(workerData)) {
  const port = parentPort;
  port.on("message", (question: Question) => {
    const { number } = question;
    isRight(question).then(
      (right) => port.postMessage({ number, right } satisfies Answer),
      (error: unknown) => port.postMessage({ number, problem: (error as Error).message } satisfies Answer),
    );
  });
}
