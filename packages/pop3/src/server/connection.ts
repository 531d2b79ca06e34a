// One connection: its socket, in the clear or under TLS, its deadline and its end. Knows no line and no command.
// What the octets mean, and which deadline counts when, is for its owner, `session.ts`; what waits to be written is in `output.ts`.
import type { Socket } from "node:net";
import type { ClientCertificate } from "../contracts/authenticator.js";
import type { ChannelBindings } from "../contracts/mechanism.js";
import type { TLSSocket } from "node:tls";
import { LINGER_MS } from "./limits.js";
import { Output } from "./output.js";
import { channelBindings } from "../mechanisms/exchange/channel-bindings.js";
import { clientCertificateOf } from "./client-certificate.js";
import { startTls, type ServerContext } from "./tls.js";

/** Who is told what happens on a connection. */
export interface ConnectionOwner {
  received(chunk: Uint8Array): void;
  /** The peer sends nothing more; it may still read. */
  inputEnded(): void;
  /** Once, at the very end. */
  closed(): void;
}

/** One peer's connection. Octets flow in until `pause`; nothing is read before `start`. */
export class Connection {
  readonly remoteAddress: string;
  output: Output;
  octetsIn = 0;
  readonly #owner: ConnectionOwner;
  readonly #closed = (): void => {
    clearTimeout(this.#timer);
    this.#owner.closed();
  };
  #socket: Socket;
  /** Once TLS is active. */
  #tls: { readonly socket: TLSSocket; readonly context: ServerContext } | null = null;
  #bindings: ChannelBindings | null = null;
  #octetsOutBefore = 0;
  #timer: NodeJS.Timeout | undefined;
  #timerMs = 0;
  #onDeadline: () => void = () => {};

  /** `remoteAddress` is the client's, which is not the socket's where a proxy stands between. */
  constructor(socket: Socket, remoteAddress: string, owner: ConnectionOwner) {
    this.#socket = socket;
    this.#owner = owner;
    this.remoteAddress = remoteAddress;
    this.output = new Output(socket);
    socket.on("error", ignore);
    socket.on("close", this.#closed);
  }

  /** TLS is active. */
  get secure(): boolean {
    return this.#tls !== null;
  }

  /** What ties an exchange to this connection; null outside TLS, and where nothing can. */
  get channelBindings(): ChannelBindings | null {
    if (this.#tls === null) return null;
    const { socket, context } = this.#tls;
    this.#bindings ??= channelBindings(socket, context.serverEndPoint ?? null);
    return Object.keys(this.#bindings).length === 0 ? null : this.#bindings;
  }

  /** The client's certificate, where one was shown and accepted. */
  get certificate(): ClientCertificate | null {
    return this.#tls === null ? null : clientCertificateOf(this.#tls.socket);
  }

  get octetsOut(): number {
    return this.#octetsOutBefore + this.output.octetsWritten;
  }

  /** Begins to read. */
  start(): void {
    this.#socket.on("data", (chunk: Uint8Array) => {
      this.octetsIn += chunk.length;
      this.#owner.received(chunk);
    });
    this.#socket.on("end", () => this.#owner.inputEnded());
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** One deadline at a time: the new one takes the place of the old. */
  setDeadline(ms: number, onDeadline: () => void): void {
    this.#onDeadline = onDeadline;
    if (this.#timer !== undefined && this.#timerMs === ms) {
      this.#timer.refresh();
      return;
    }
    clearTimeout(this.#timer);
    this.#timerMs = ms;
    this.#timer = setTimeout(() => this.#onDeadline(), ms);
  }

  /**
   * Puts TLS on the connection. Whatever was read in the clear before is the caller's to drop; nothing is read in the clear
   * from here on. Rejects where the handshake fails; the connection is then gone.
   */
  async startTls(context: ServerContext): Promise<string | null> {
    const plain = this.#socket;
    plain.removeAllListeners("end");
    // From here on the end of the plain socket is seen as the end of the TLS socket on top of it.
    const secured = await startTls(plain, context);
    plain.off("close", this.#closed);
    secured.on("error", ignore);
    secured.on("close", this.#closed);
    this.#octetsOutBefore += this.output.octetsWritten;
    this.#socket = secured;
    this.output = new Output(secured);
    this.#tls = { socket: secured, context };
    return secured.getProtocol();
  }

  /** Gives the owner nothing more of what comes in the clear; drops what was read already and says how many octets that was. */
  drop(): number {
    // First of all: reading by hand tells the listeners too.
    this.#socket.removeAllListeners("data");
    let dropped = 0;
    for (let chunk = this.#taken(); chunk !== null; chunk = this.#taken()) dropped += chunk.length;
    return dropped;
  }

  #taken(): Uint8Array | null {
    return this.#socket.read() as Uint8Array | null;
  }

  /** Writes what is left, for as long as a slow reader may take, and closes; then the peer has a moment to close its side. */
  finish(slowReaderMs: number): void {
    this.output.flush();
    this.setDeadline(slowReaderMs, () => this.destroy());
    this.#socket.end(() => {
      if (!this.#socket.destroyed) this.setDeadline(LINGER_MS, () => this.destroy());
    });
    this.#socket.resume();
  }

  /** Closes at once, whatever is left to write. */
  destroy(): void {
    this.#socket.destroy();
  }
}

function ignore(): void {
  // An error is always followed by `close`, and that is what counts.
}
