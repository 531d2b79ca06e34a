// Octets to and from one server: a TCP connection, TLS on it from the beginning or later, or any stream of the caller's.
// Checks who the server is (RFC 7817, RFC 2595 §2.4). Knows no POP3 but the protocol's ALPN name.
import type { X509Certificate } from "node:crypto";
import { isIP, connect as connectTcp } from "node:net";
import type { Duplex } from "node:stream";
import { clearTimeout, setTimeout } from "node:timers";
import { checkServerIdentity, connect as connectTls, type ConnectionOptions, type TLSSocket } from "node:tls";
import { TransportLost } from "../contracts/errors.js";
import { type ChannelBindings } from "../contracts/mechanism.js";
import { channelBindings, serverEndPoint } from "../mechanisms/exchange/channel-bindings.js";
import { LINGER_MS } from "./limits.js";

/** Who is told what comes. */
export interface TransportListener {
  received(chunk: Uint8Array): void;
  lost(error: Error): void;
}

/**
 * How TLS is spoken; the defaults are the system's authorities and TLS 1.2 or newer (RFC 8996). Sessions are not resumed: Node does not look
 * whether the certificate behind one belongs to the host.
 */
export interface TlsOptions extends Pick<
  ConnectionOptions,
  "ca" | "cert" | "ciphers" | "key" | "maxVersion" | "minVersion" | "passphrase" | "pfx"
> {
  /**
   * Other names by which the server may be known than `host`: the domain of a mail address where the server was found from that
   * (RFC 7817 §3). One of them has to be in the certificate.
   */
  readonly alsoKnownAs?: readonly string[];
  /** Offer `pop3` by ALPN, which is the default; false for servers that stumble over it. */
  readonly alpn?: boolean;
  /** True, the default, refuses certificates that do not hold. False is for tests: anybody can be the server then. */
  readonly verified?: boolean;
}

/** What is known of the TLS below. */
export interface TlsFacts {
  /** `TLSv1.3`. */
  readonly version: string;
  readonly cipher: string;
  /** The protocol agreed by ALPN, or null. */
  readonly alpn: string | null;
  /** The certificate held and belongs to the host. */
  readonly authorized: boolean;
  /** Why it does not, where `verified: false` let that pass: a code of OpenSSL or Node, or a sentence. */
  readonly problem: string | null;
  readonly certificate: {
    readonly subject: string;
    readonly issuer: string;
    readonly names: readonly string[];
    readonly validFromMs: number;
    readonly validToMs: number;
    /** SHA-256 over the certificate, hexadecimal with colons. */
    readonly fingerprint: string;
  } | null;
}

export class Transport {
  readonly #stream: Duplex;
  readonly #tls: TLSSocket | null;
  /** Asked for once: Node answers with nothing from the second time on. */
  readonly #certificate: X509Certificate | undefined;
  /** Takes this transport's listeners off the stream again. */
  #deaf: () => void = () => {};

  constructor(stream: Duplex, tls: TLSSocket | null = null) {
    this.#stream = stream;
    this.#tls = tls;
    this.#certificate = tls?.getPeerX509Certificate?.();
  }

  get secure(): boolean {
    return this.#tls !== null;
  }

  listen(listener: TransportListener): void {
    const lost = (error?: Error): void => {
      listener.lost(
        error === undefined
          ? new TransportLost("closed", "the server closed the connection")
          : new TransportLost("closed", `the connection broke: ${error.message}`, { cause: error }),
      );
    };
    const received = (chunk: Uint8Array): void => listener.received(chunk);
    const stream = this.#stream;
    stream.on("data", received).on("end", lost).on("close", lost).on("error", lost);
    // Who was closed before does not say so again.
    if (stream.destroyed) queueMicrotask(() => lost(stream.errored ?? undefined));
    this.#deaf = () => stream.off("data", received).off("end", lost).off("close", lost).off("error", lost);
  }

  write(text: string | Uint8Array): void {
    if (typeof text === "string") this.#stream.write(text, "utf8");
    else this.#stream.write(text);
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  /** Says that nothing more will be sent, to TLS too (RFC 8314 §3.4), and does not wait for the server to say the same. */
  close(): void {
    const stream = this.#stream;
    const destroy = (): void => {
      clearTimeout(timer);
      stream.destroy();
    };
    const timer = setTimeout(destroy, LINGER_MS).unref();
    stream.on("error", () => {}).on("close", destroy);
    stream.end(destroy);
  }

  /** Goes away without a word, whatever is left to send. */
  destroy(): void {
    this.#stream.on("error", () => {}).destroy();
  }

  /** What SCRAM can be bound to; null outside TLS. */
  bindings(): ChannelBindings | null {
    if (this.#tls === null || this.#certificate === undefined) return null;
    return channelBindings(this.#tls, serverEndPoint(this.#certificate.raw));
  }

  facts(): TlsFacts | null {
    if (this.#tls === null) return null;
    const certificate = this.#certificate;
    return {
      version: this.#tls.getProtocol() ?? "unknown",
      cipher: this.#tls.getCipher()?.standardName ?? "unknown",
      alpn: this.#tls.alpnProtocol || null,
      authorized: this.#tls.authorized,
      problem: problemOf(this.#tls.authorizationError),
      certificate:
        certificate === undefined
          ? null
          : {
              subject: certificate.subject,
              issuer: certificate.issuer,
              names: certificate.subjectAltName?.split(", ") ?? [],
              validFromMs: Date.parse(certificate.validFrom),
              validToMs: Date.parse(certificate.validTo),
              fingerprint: certificate.fingerprint256,
            },
    };
  }

  /** TLS on this connection from here on, as after a positive reply to STLS. Rejects with `TransportLost`. */
  upgrade(host: string, options: TlsOptions, signal: AbortSignal): Promise<Transport> {
    this.#deaf();
    return secured(this.#stream, host, options, signal);
  }
}

/** Node gives a code, whatever the types say. */
function problemOf(error: unknown): string | null {
  if (typeof error === "string") return error;
  return error instanceof Error ? error.message : null;
}

/** A TCP connection. Rejects with `TransportLost`, or with the signal's reason. */
export async function overTcp(host: string, port: number, signal: AbortSignal): Promise<Transport> {
  const socket = connectTcp({ host, port, noDelay: true, keepAlive: true });
  await ready(socket, "connect", signal, (error) => {
    return new TransportLost("unreachable", `${host}:${port} cannot be reached: ${error.message}`, { cause: error });
  });
  return new Transport(socket);
}

/** TLS from the first octet on a stream that is connected. Rejects with `TransportLost`, or with the signal's reason. */
async function secured(stream: Duplex, host: string, options: TlsOptions, signal: AbortSignal): Promise<Transport> {
  const { alpn = true, alsoKnownAs = [], verified = true, ...rest } = options;
  const socket = connectTls({
    minVersion: "TLSv1.2",
    ...rest,
    session: undefined,
    socket: stream,
    host,
    // RFC 6066 §3: no addresses in SNI.
    servername: isIP(host) === 0 ? host : "",
    ...(alpn && { ALPNProtocols: ["pop3"] }),
    rejectUnauthorized: verified,
    checkServerIdentity: (_, certificate) => {
      const problems = [host, ...alsoKnownAs].map((name) => checkServerIdentity(name, certificate));
      return problems.includes(undefined) ? undefined : problems[0];
    },
  });
  await ready(socket, "secureConnect", signal, (error) => {
    stream.destroy();
    return new TransportLost("tls", `TLS with ${host} failed: ${tlsProblem(error)}`, { cause: error });
  });
  // A second handshake could bring another certificate, which nobody would have looked at (RFC 9325 §3.5).
  socket.disableRenegotiation?.();
  return new Transport(socket, socket);
}

const NO_TLS_HERE =
  'what the server sent is not TLS; a port where the connection begins in the clear (110) takes tls: "required"';

/** What to do about the failures that people meet, by the codes of OpenSSL. */
const ADVICE: Readonly<Record<string, string>> = {
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS_HERE,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS_HERE,
  DEPTH_ZERO_SELF_SIGNED_CERT: "the certificate is self-signed; give it, or the certificate of its authority, as ca",
  SELF_SIGNED_CERT_IN_CHAIN: "nobody who is trusted signed the certificate; give that of its authority as ca",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "nobody who is trusted signed the certificate; give that of its authority as ca",
};

function tlsProblem({ code = "", message }: NodeJS.ErrnoException): string {
  return ADVICE[code] ?? message;
}

/** A promise that rejects with the signal's reason, unless it is settled before; it is no error where nobody waits. */
export function abortOf(signal: AbortSignal): { readonly promise: Promise<never>; settle(): void } {
  let abort!: () => void;
  const promise = new Promise<never>((_, reject) => {
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- the reason of an AbortSignal is what its owner says
    abort = () => reject(signal.reason);
  });
  promise.catch(() => {});
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort);
  return { promise, settle: () => signal.removeEventListener("abort", abort) };
}

/** The stream that the caller makes. He may take no heed of the signal; what he gives too late is destroyed. */
export async function overStream(
  make: (signal: AbortSignal) => Duplex | Promise<Duplex>,
  signal: AbortSignal,
): Promise<Transport> {
  const { promise: aborted, settle } = abortOf(signal);
  try {
    const making = Promise.resolve(make(signal));
    making.then(
      (stream) => signal.aborted && stream.destroy(),
      () => {},
    );
    return new Transport(await Promise.race([aborted, making]));
  } finally {
    settle();
  }
}

function ready(
  stream: Duplex,
  event: string,
  signal: AbortSignal,
  problemOf: (error: Error) => TransportLost,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error: unknown): void => {
      signal.removeEventListener("abort", aborted);
      stream.off(event, succeeded).off("error", failed).off("close", closed);
      if (error === null) {
        resolve();
        return;
      }
      stream.on("error", () => {});
      stream.destroy();
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- the reason of an AbortSignal is what its owner says
      reject(error);
    };
    const succeeded = (): void => settle(null);
    const failed = (error: Error): void => settle(problemOf(error));
    const closed = (): void => settle(problemOf(new Error("the server closed the connection")));
    const aborted = (): void => settle(signal.reason);
    if (signal.aborted) {
      settle(signal.reason);
      return;
    }
    signal.addEventListener("abort", aborted);
    stream.on(event, succeeded).on("error", failed).on("close", closed);
  });
}
