// Somebody between a session and its connection, in the clear and under TLS: so that a server under test can misbehave.
// No option that is promised: who sets it stands in this package, under a symbol that no door exports. Knows no fault.
import type { Duplex } from "node:stream";
import type { Socket } from "node:net";

/** Stands between one session and its connection. */
export interface Interposer {
  /** What the session reads and writes in the place of this socket; called again with the TLS socket once TLS is active. */
  attach(socket: Socket, secure: boolean): Duplex;
  /** TLS was asked for: reads nothing more in the clear and says how many octets, read and not yet handed over, are dropped. */
  drop(): number;
  /** Resolves once all is written in the clear and the handshake may begin; the socket is then nobody's. */
  beforeTls(): Promise<void>;
}

/** Makes an interposer for each session, which is named as in the server's events. */
export type Interpose = (session: string) => Interposer;

/** The key of the function among a server's options. */
export const interposition: unique symbol = Symbol("interposition");

/** The options of a server that has one. */
export interface Interposed {
  readonly [interposition]?: Interpose;
}
