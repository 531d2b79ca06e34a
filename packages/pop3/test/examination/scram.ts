// A SCRAM client of the examination's own (RFC 5802, RFC 7677), on node:crypto alone: it shares no code with what it examines.
// It does one thing wrong where it is asked to, and computes the rest, the proof too, over what it then really sends: a server that
// leaves the one check out lets it in.
import { Buffer } from "node:buffer";
import { createHash, createHmac, pbkdf2Sync, randomBytes, X509Certificate, type BinaryLike } from "node:crypto";
import type { TLSSocket } from "node:tls";

export type Hash = "SHA-1" | "SHA-256";

/** What is done otherwise than RFC 5802 has it; each function is given what would be right. */
export interface Deviation {
  /** The GS2 header as sent in the first message. */
  readonly gs2?: (header: string) => string;
  /** The first message behind the GS2 header. */
  readonly bare?: (message: string) => string;
  /** The octets of `c=`. */
  readonly cbindInput?: (octets: Buffer) => Buffer;
  /** The whole attribute `c=`, Base64 included. */
  readonly cbind?: (attribute: string) => string;
  readonly nonce?: (nonce: string) => string;
  /** The last message without its proof. */
  readonly withoutProof?: (message: string) => string;
  readonly proof?: (octets: Buffer) => Buffer;
  /** The last message as a whole. */
  readonly final?: (message: string) => string;
}

export interface ScramOptions {
  readonly hash: Hash;
  readonly name: string;
  readonly password: string;
  /** `n` where absent. */
  readonly flag?: string;
  /** What follows the GS2 header in `c=`. */
  readonly binding?: Uint8Array;
  readonly authzid?: string;
  readonly clientNonce?: string;
  readonly deviation?: Deviation;
}

/** One exchange from the client's side. */
export class Scram {
  readonly #options: ScramOptions;
  readonly #nonce: string;
  readonly #header: string;
  readonly #bare: string;
  #signature: Buffer | null = null;
  /** What the server said of itself: for the tests to look at. */
  salt = "";
  iterations = 0;
  nonce = "";

  constructor(options: ScramOptions) {
    this.#options = options;
    this.#nonce = options.clientNonce ?? randomBytes(18).toString("base64");
    const authzid = options.authzid === undefined ? "" : `a=${saslname(options.authzid)}`;
    const header = `${options.flag ?? "n"},${authzid},`;
    this.#header = options.deviation?.gs2?.(header) ?? header;
    const bare = `n=${saslname(options.name)},r=${this.#nonce}`;
    this.#bare = options.deviation?.bare?.(bare) ?? bare;
  }

  get first(): string {
    return this.#header + this.#bare;
  }

  /** The answer to the server's first message, which must be as RFC 5802 §7 has it. */
  final(serverFirst: string): string {
    const { hash, deviation = {} } = this.#options;
    const found = /^r=([\x21-\x2b\x2d-\x7e]+),s=([A-Za-z0-9+/]+={0,2}),i=([1-9][0-9]*)(?:,[A-Za-z]=[^,]+)*$/.exec(
      serverFirst,
    );
    if (found === null) throw new Error(`no server-first-message: ${JSON.stringify(serverFirst)}`);
    [, this.nonce = "", this.salt = ""] = found;
    this.iterations = Number(found[3]);
    const input = Buffer.concat([Buffer.from(this.#header), this.#options.binding ?? Buffer.alloc(0)]);
    const right = `c=${(deviation.cbindInput?.(input) ?? input).toString("base64")}`;
    const cbind = deviation.cbind?.(right) ?? right;
    const plain = `${cbind},r=${deviation.nonce?.(this.nonce) ?? this.nonce}`;
    const withoutProof = deviation.withoutProof?.(plain) ?? plain;
    const auth = `${this.#bare},${serverFirst},${withoutProof}`;
    const keys = keysOf(hash, this.#options.password, Buffer.from(this.salt, "base64"), this.iterations);
    const proof = xor(keys.clientKey, hmac(hash, keys.storedKey, auth));
    this.#signature = hmac(hash, keys.serverKey, auth);
    const message = `${withoutProof},p=${(deviation.proof?.(proof) ?? proof).toString("base64")}`;
    return deviation.final?.(message) ?? message;
  }

  /** Throws where the server does not prove that it knows the password's verifier (RFC 5802 §5). */
  verify(serverFinal: string): void {
    const found = /^v=([A-Za-z0-9+/]+={0,2})$/.exec(serverFinal);
    if (found === null) throw new Error(`no verifier: ${JSON.stringify(serverFinal)}`);
    if (this.#signature === null || !Buffer.from(found[1]!, "base64").equals(this.#signature))
      throw new Error("the server's signature is wrong");
  }

  /** Nothing of the client's own nonce is lost in the server's, and something was added (RFC 5802 §5.1). */
  get nonceIsExtended(): boolean {
    return this.nonce.startsWith(this.#nonce) && this.nonce.length > this.#nonce.length;
  }
}

/** The keys of RFC 5802 §3. */
export function keysOf(
  hash: Hash,
  password: string,
  salt: Uint8Array,
  iterations: number,
): { clientKey: Buffer; storedKey: Buffer; serverKey: Buffer } {
  const digest = digestName(hash);
  const salted = pbkdf2Sync(password, salt, iterations, hash === "SHA-1" ? 20 : 32, digest);
  const clientKey = hmac(hash, salted, "Client Key");
  return {
    clientKey,
    storedKey: createHash(digest).update(clientKey).digest(),
    serverKey: hmac(hash, salted, "Server Key"),
  };
}

/** The binding of RFC 9266 §2 as this end of the connection has it. */
export function exporter(socket: TLSSocket): Buffer {
  return socket.exportKeyingMaterial(32, "EXPORTER-Channel-Binding", Buffer.alloc(0));
}

/** The binding of RFC 5929 §4.1: the hash of the server's certificate, by SHA-256 where its signature has a weaker one. */
export function serverEndPoint(socket: TLSSocket): Buffer {
  const { raw } = socket.getPeerCertificate();
  // The certificate of these tests is signed with ECDSA and SHA-256; another one would need another hash here.
  const oid = Buffer.from("06082a8648ce3d040302", "hex");
  if (!new X509Certificate(raw).raw.includes(oid)) throw new Error("another signature than ecdsa-with-SHA256");
  return createHash("sha256").update(raw).digest();
}

function saslname(name: string): string {
  return name.replaceAll("=", "=3D").replaceAll(",", "=2C");
}

function hmac(hash: Hash, key: Uint8Array, text: BinaryLike): Buffer {
  return createHmac(digestName(hash), key).update(text).digest();
}

function digestName(hash: Hash): string {
  return hash === "SHA-1" ? "sha1" : "sha256";
}

function xor(a: Buffer, b: Buffer): Buffer {
  return Buffer.from(a.map((octet, at) => octet ^ b[at]!));
}
