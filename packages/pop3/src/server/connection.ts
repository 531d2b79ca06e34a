// One connection: its socket, in the clear or under TLS, its deadline and its end. Knows no line and no command.
// What the octets mean, and which deadline counts when, is for its owner, `session.ts`; what waits to be written is in `output.ts`.
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { ClientCertificate } from "../contracts/authenticator.js";
import type { ChannelBindings } from "../contracts/mechanism.js";
import type { TLSSocket } from "node:tls";
import { LINGER_MS } from "./limits.js";
import { Output } from "./output.js";
import { channelBindings } from "../mechanisms/exchange/channel-bindings.js";
import { clientCertificateOf } from "./client-certificate.js";
import type { Interposer } from "./interposition.js";
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
  readonly #interposer: Interposer | null;
  readonly #plain: Socket;
  /** What is read and written: the socket, the TLS socket on top of it, or what stands in front of either. */
  #stream: Duplex;
  /** Once TLS is active. */
  #tls: { readonly socket: TLSSocket; readonly context: ServerContext } | null = null;
  #bindings: ChannelBindings | null = null;
  #octetsOutBefore = 0;
  #timer: NodeJS.Timeout | undefined;
  #timerMs = 0;
  #onDeadline: () => void = () => {};

  /** `remoteAddress` is the client's, which is not the socket's where a proxy stands between. */
  constructor(socket: Socket, remoteAddress: string, owner: ConnectionOwner, interposer: Interposer | null) {
    this.#plain = socket;
    this.#interposer = interposer;
    this.#owner = owner;
    this.remoteAddress = remoteAddress;
    socket.on("error", ignore);
    [this.#stream, this.output] = this.#attach(socket, false);
  }

  #attach(socket: Socket, secure: boolean): [Duplex, Output] {
    const stream = this.#interposer?.attach(socket, secure) ?? socket;
    stream.on("error", ignore);
    stream.on("close", this.#closed);
    return [stream, new Output(stream)];
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
    this.#stream.on("data", (chunk: Uint8Array) => {
      this.octetsIn += chunk.length;
      this.#owner.received(chunk);
    });
    this.#stream.on("end", () => this.#owner.inputEnded());
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
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
    const inTheClear = this.#stream;
    inTheClear.removeAllListeners("end");
    if (this.#interposer !== null) await this.#interposer.beforeTls();
    // From here on the end of the plain socket is seen as the end of the TLS socket on top of it.
    const secured = await startTls(this.#plain, context);
    inTheClear.off("close", this.#closed);
    this.#octetsOutBefore += this.output.octetsWritten;
    [this.#stream, this.output] = this.#attach(secured, true);
    this.#tls = { socket: secured, context };
    return secured.getProtocol();
  }

  /** Gives the owner nothing more of what comes in the clear; drops what was read already and says how many octets that was. */
  drop(): number {
    // First of all: reading by hand tells the listeners too.
    this.#stream.removeAllListeners("data");
    let dropped = this.#interposer?.drop() ?? 0;
    for (let chunk = this.#taken(); chunk !== null; chunk = this.#taken()) dropped += chunk.length;
    return dropped;
  }

  #taken(): Uint8Array | null {
    return this.#stream.read() as Uint8Array | null;
  }

  /** Writes what is left, for as long as a slow reader may take, and closes; then the peer has a moment to close its side. */
  finish(slowReaderMs: number): void {
    this.output.flush();
    this.setDeadline(slowReaderMs, () => this.destroy());
    this.#stream.end(() => {
      if (!this.#stream.destroyed) this.setDeadline(LINGER_MS, () => this.destroy());
    });
    this.#stream.resume();
  }

  /** Closes at once, whatever is left to write. */
  destroy(): void {
    this.#stream.destroy();
  }
}

function ignore(): void {
  // An error is always followed by `close`, and that is what counts.
}
