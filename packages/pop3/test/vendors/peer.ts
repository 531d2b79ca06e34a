// A server of a few lines in this process, without a socket: what it answers is the caller's, and how its octets are cut on their way.
// TLS is real where it is asked for. Knows no POP3 but that a line is answered.
import { Buffer } from "node:buffer";
import { type Duplex, duplexPair } from "node:stream";
import { TLSSocket } from "node:tls";
import { identity } from "../support/identity.mjs";

/** What a line is answered with, one character an octet; then TLS begins, or the connection ends. */
export type PeerAnswer = string | { readonly send: string; readonly then: "tls" | "close" };

/** One connection: `greeting` is sent first; `answer` is told every line without its end. */
export interface PeerSession {
  readonly greeting: PeerAnswer;
  answer(line: string, secure: boolean): PeerAnswer;
}

/** Cuts what is sent at a time into the pieces that arrive. */
export type Cut = (octets: Uint8Array) => Iterable<Uint8Array>;

/** The ways of cutting that every session has to come out of with the same values. */
export const CUTS: Readonly<Record<string, Cut>> = {
  whole: (octets) => [octets],
  "one octet at a time": (octets) => piecesOf(octets, 1),
  "three octets at a time": (octets) => piecesOf(octets, 3),
  "seven octets at a time": (octets) => piecesOf(octets, 7),
  "the line ends apart": (octets) =>
    Buffer.from(octets)
      .toString("latin1")
      .split(/(?<=\r)|(?<=\n)/)
      .map(octetsOf),
};

function* piecesOf(octets: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < octets.length; at += size) yield octets.subarray(at, at + size);
}

function octetsOf(text: string): Uint8Array {
  return Buffer.from(text, "latin1");
}

export interface PeerOptions {
  readonly cut?: Cut;
  /** TLS from the first octet, else where the session starts it. */
  readonly implicitTls?: boolean;
}

/** For `ConnectOptions.stream`: a new session at each call. */
export function peer(session: () => PeerSession, options: PeerOptions = {}): () => Duplex {
  return () => {
    const [client, server] = duplexPair();
    // A client that has enough ends the connection at any time.
    server.on("error", () => {});
    void serve(session(), options.implicitTls === true ? tlsOn(server) : server, options);
    return client;
  };
}

function tlsOn(stream: Duplex): TLSSocket {
  const { key, cert } = identity;
  return new TLSSocket(stream, { isServer: true, key, cert }).on("error", () => {});
}

async function serve(
  session: PeerSession,
  stream: Duplex,
  { cut = CUTS["whole"]!, implicitTls }: PeerOptions,
): Promise<void> {
  let at = stream;
  let secure = implicitTls === true;
  const say = async (answer: PeerAnswer): Promise<boolean> => {
    const { send, then } = typeof answer === "string" ? { send: answer, then: null } : answer;
    for (const piece of cut(octetsOf(send))) await written(at, piece);
    if (then === "close") at.end();
    return then === "tls";
  };
  await say(session.greeting);
  for (;;) {
    const startsTls = await converse(at, async (line) => say(session.answer(line, secure)));
    if (!startsTls) return;
    at = tlsOn(stream);
    secure = true;
  }
}

/** One at a time: pieces that wait for each other would be joined again. */
function written(stream: Duplex, piece: Uint8Array): Promise<void> {
  return new Promise((resolve) => void stream.write(piece, () => resolve()));
}

/** Gives every line to `answer`; true once that says that TLS begins, false when the connection has ended. */
function converse(stream: Duplex, answer: (line: string) => Promise<boolean>): Promise<boolean> {
  return new Promise((resolve) => {
    let text = "";
    let busy = false;
    const ended = (): void => settle(false);
    const settle = (startsTls: boolean): void => {
      stream.pause().off("data", received).off("end", ended).off("close", ended);
      // A client begins TLS as soon as the last octet of the answer is there.
      if (startsTls && text !== "") stream.unshift(octetsOf(text));
      resolve(startsTls);
    };
    const work = async (): Promise<void> => {
      if (busy) return;
      busy = true;
      for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n")) {
        const line = text.slice(0, end).replace(/\r$/, "");
        text = text.slice(end + 1);
        if (await answer(line)) {
          settle(true);
          return;
        }
      }
      busy = false;
    };
    const received = (chunk: Buffer): void => {
      text += chunk.toString("latin1");
      void work();
    };
    stream.on("data", received).on("end", ended).on("close", ended);
  });
}
