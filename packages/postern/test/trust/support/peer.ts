// A client by hand, from any address of this machine or behind a proxy: octets out, lines in, in the clear or under TLS.
// Checks no certificate. What is to be sent and expected is for tests to say.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import type { Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { ConnectionOptions, TLSSocket } from "node:tls";

export interface PeerOptions {
  readonly port: number;
  /** The address to connect from. */
  readonly from?: string;
  /** What a proxy sends before everything else. */
  readonly header?: string | Uint8Array;
  readonly tls?: boolean;
  readonly identity?: Pick<ConnectionOptions, "key" | "cert">;
}

/** How long a line is waited for. */
const PATIENCE_MS = 20_000;

export class Peer {
  #socket: Socket;
  readonly #options: PeerOptions;
  #text = "";
  #ended = false;
  #wake: () => void = () => {};
  octets = 0;

  private constructor(socket: Socket, options: PeerOptions) {
    this.#socket = socket;
    this.#options = options;
  }

  static async connect(options: PeerOptions): Promise<Peer> {
    const { port, from, header, tls = false } = options;
    const socket = connectTcp({ port, host: "127.0.0.1", ...(from !== undefined && { localAddress: from }) });
    await once(socket, "connect");
    socket.setNoDelay(true);
    const peer = new Peer(socket, options);
    if (header !== undefined) socket.write(header);
    if (tls) await peer.startTls();
    else peer.#attach(socket);
    return peer;
  }

  /** Connects and reads the greeting; null where the server closed without one. */
  static async greeted(options: PeerOptions): Promise<{ readonly peer: Peer; readonly greeting: string | null }> {
    const peer = await Peer.connect(options);
    return { peer, greeting: await peer.line() };
  }

  get secure(): boolean {
    return "exportKeyingMaterial" in this.#socket;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** What ties an exchange to the connection, as the client sees it; for a certificate that was signed with SHA-256 (RFC 5929 §4.1). */
  get bindings(): Readonly<Record<"tls-exporter" | "tls-server-end-point", Uint8Array>> {
    const socket = this.#socket as TLSSocket;
    return {
      "tls-exporter": socket.exportKeyingMaterial(32, "EXPORTER-Channel-Binding", Buffer.alloc(0)),
      "tls-server-end-point": createHash("sha256").update(socket.getPeerCertificate().raw).digest(),
    };
  }

  get commonName(): unknown {
    return (this.#socket as TLSSocket).getPeerCertificate().subject.CN;
  }

  /** Sends octets, given as a string of one character an octet. */
  send(octets: string): void {
    this.#socket.write(octets, "latin1");
  }

  /** Sends these lines and returns as many answers. */
  async ask(...lines: readonly string[]): Promise<readonly (string | null)[]> {
    this.send(lines.map((line) => `${line}\r\n`).join(""));
    const answers: (string | null)[] = [];
    for (const _ of lines) answers.push(await this.line());
    return answers;
  }

  /** The answer to PASS. */
  async login(name: string, password: string): Promise<string | null> {
    return (await this.ask(`USER ${name}`, `PASS ${password}`))[1]!;
  }

  /** The next line without its end; null once the server has closed. */
  async line(): Promise<string | null> {
    const endMs = Date.now() + PATIENCE_MS;
    for (;;) {
      const end = this.#text.indexOf("\r\n");
      if (end >= 0) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        return line;
      }
      if (this.#ended) return null;
      if (Date.now() >= endMs) throw new Error(`no line came within ${PATIENCE_MS} ms`);
      const timer = setTimeout(() => this.#wake(), PATIENCE_MS);
      await new Promise<void>((resolve) => (this.#wake = resolve));
      clearTimeout(timer);
    }
  }

  /** The lines of a multi-line response behind its first, as they came. */
  async body(): Promise<readonly string[]> {
    const lines: string[] = [];
    for (;;) {
      const line = await this.line();
      if (line === null) throw new Error("the server closed in the middle of a multi-line response");
      if (line === ".") return lines;
      lines.push(line);
    }
  }

  /** All that comes until the server closes. */
  async rest(): Promise<string> {
    while (!this.#ended) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.#text;
  }

  async startTls(): Promise<void> {
    const { identity } = this.#options;
    const plain = this.#socket;
    plain.removeAllListeners("data").removeAllListeners("end").removeAllListeners("close").removeAllListeners("error");
    const socket = connectTls({ socket: plain, rejectUnauthorized: false, ...identity });
    await once(socket, "secureConnect");
    this.#socket = socket;
    this.#attach(socket);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Says that nothing more will be sent. */
  end(): void {
    this.#socket.end();
  }

  /** Goes away without a word. */
  close(): void {
    this.#socket.destroy();
  }

  #attach(socket: Socket): void {
    socket.on("data", (chunk: Buffer) => {
      this.octets += chunk.length;
      this.#text += chunk.toString("latin1");
      this.#wake();
    });
    const ended = (): void => {
      this.#ended = true;
      this.#wake();
    };
    socket.on("end", ended);
    socket.on("close", ended);
    socket.on("error", ended);
  }
}

/** How long this takes, in milliseconds. */
export async function timed<T>(work: Promise<T>): Promise<readonly [outcome: T, ms: number]> {
  const begunMs = performance.now();
  return [await work, performance.now() - begunMs];
}
