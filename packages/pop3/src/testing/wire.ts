// The peer's end of a connection, by hand: send octets, take lines. For tests of servers; it knows no command and trusts nobody.
// No model for a client: it checks no certificate. What to send and what to expect comes from `dialog-player.ts` or a test.
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { LineReader, OVERLONG } from "../protocol/lines.js";
import { octetsOf } from "../protocol/octets.js";

/** Where to connect; with `tls`, from the first octet. The certificate is not checked: tests make their own. */
export interface WireOptions {
  readonly port: number;
  readonly host?: string;
  readonly tls?: boolean;
}

/** The longest line that is waited for. */
const LINE_OCTETS = 1024 * 1024;

/** How long a line is waited for, in milliseconds. */
const PATIENCE_MS = 10_000;

/** One connection to a server. */
export class Wire {
  #socket: Socket;
  readonly #lines: LineReader = new LineReader(LINE_OCTETS);
  #closed = false;
  #wake: () => void = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#attach(socket);
  }

  /** Rejects where the connection or the TLS handshake fails. */
  static async connect({ port, host = "127.0.0.1", tls = false }: WireOptions): Promise<Wire> {
    const socket = tls
      ? connectTls({ port, host, rejectUnauthorized: false, ALPNProtocols: ["pop3"] })
      : connectTcp({ port, host });
    await ready(socket, tls ? "secureConnect" : "connect");
    socket.setNoDelay(true);
    return new Wire(socket);
  }

  /** Sends octets, given as a string of one character an octet. */
  send(octets: string): void {
    this.#socket.write(octetsOf(octets));
  }

  /** The next line without its line end, one character an octet; null once the server has closed. Rejects after 10 s without one. */
  async line(): Promise<string | null> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const line = this.#lines.next();
      if (line === OVERLONG) throw new Error(`the server sent a line of more than ${LINE_OCTETS} octets`);
      if (line !== null) return line;
      if (this.#closed) return null;
      const timer = setTimeout(() => this.#wake(), Math.max(0, deadline - Date.now()));
      await new Promise<void>((resolve) => (this.#wake = resolve));
      clearTimeout(timer);
      if (Date.now() >= deadline) throw new Error(`no line came within ${PATIENCE_MS} ms`);
    }
  }

  /** The lines of a multi-line response behind its first, without stuffing and terminator. */
  async body(): Promise<string[]> {
    const lines: string[] = [];
    for (;;) {
      const line = await this.line();
      if (line === null) throw new Error("the server closed in the middle of a multi-line response");
      if (line === ".") return lines;
      lines.push(line.startsWith(".") ? line.slice(1) : line);
    }
  }

  /** TLS from here on, as after a positive reply to STLS. */
  async startTls(): Promise<void> {
    const plain = this.#socket;
    plain.removeAllListeners();
    const socket = connectTls({ socket: plain, rejectUnauthorized: false, ALPNProtocols: ["pop3"] });
    await ready(socket, "secureConnect");
    this.#socket = socket;
    this.#attach(socket);
  }

  /** Goes away without a word. */
  close(): void {
    this.#socket.destroy();
  }

  #attach(socket: Socket): void {
    socket.on("data", (chunk: Uint8Array) => {
      this.#lines.push(chunk);
      this.#wake();
    });
    const closed = (): void => {
      this.#closed = true;
      this.#wake();
    };
    socket.on("end", closed);
    socket.on("close", closed);
    socket.on("error", closed);
  }
}

function ready(socket: Socket, event: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("the server closed the connection")));
    socket.once(event, () => {
      socket.removeAllListeners("error");
      socket.removeAllListeners("close");
      resolve();
    });
  });
}
