// A client that takes nothing for granted: octets out as they are given, lines and bodies in as they were sent.
// It knows the framing of RFC 1939 §3 and nothing else, and shares no code with what it examines.
import { Buffer } from "node:buffer";
import { connect, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from "node:tls";
import { identity } from "../support/identity.mjs";

const END_OF_BODY = Buffer.from("\r\n.\r\n");
// Taken before any test puts its own timers in the place of these.
const { setTimeout: realTimeout, clearTimeout: clearRealTimeout } = globalThis;

/** A multi-line reply: the status line, the body on the wire without the terminator, and the body un-stuffed. */
export interface Multi {
  readonly status: string;
  readonly wire: Buffer;
  readonly octets: Buffer;
}

/** One connection to a server under examination. */
export class Wire {
  /** All that are open, so that what a failed test leaves behind can be ended. */
  static readonly opened = new Set<Wire>();
  socket: Socket;
  /** The TCP connection under whatever is on top of it. */
  readonly plain: Socket;
  /** The error that ended the connection, where one did. */
  error: Error | null = null;
  ended = false;
  #closed = false;
  #chunks: Buffer[] = [];
  #buffer: Buffer = Buffer.alloc(0);
  #wake: () => void = () => {};

  private constructor(socket: Socket, plain: Socket = socket) {
    this.socket = socket;
    this.plain = plain;
    Wire.opened.add(this);
    plain.once("close", () => Wire.opened.delete(this));
    this.#listen();
  }

  /** Connects, in the clear. */
  static async open(port: number): Promise<Wire> {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
    const wire = new Wire(socket);
    await happens(socket, "connect");
    return wire;
  }

  /** Connects with TLS from the first octet; rejects where the handshake fails. */
  static async openTls(port: number, options: ConnectionOptions = {}): Promise<Wire> {
    const plain = connect({ port, host: "127.0.0.1", noDelay: true });
    plain.on("error", () => {});
    const socket = connectTls({ socket: plain, ...trust, ...options });
    const wire = new Wire(socket, plain);
    await happens(socket, "secureConnect");
    return wire;
  }

  /** TLS over this connection, as after STLS; rejects where the handshake fails. */
  async upgrade(options: ConnectionOptions = {}): Promise<TLSSocket> {
    for (const event of ["data", "end", "close"]) this.socket.removeAllListeners(event);
    // Nothing on this side keeps the connection half open: what the server does with an end is what is examined.
    this.plain.allowHalfOpen = false;
    const secured = connectTls({ socket: this.plain, ...trust, ...options });
    this.socket = secured;
    this.#listen();
    await happens(secured, "secureConnect");
    return secured;
  }

  #listen(): void {
    this.socket.on("data", (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#wake();
    });
    this.socket.on("end", () => {
      this.ended = true;
      this.#wake();
    });
    this.socket.on("error", (error) => {
      this.error = error;
    });
    this.socket.on("close", () => {
      this.ended = true;
      this.#closed = true;
      this.#wake();
    });
  }

  /** Sends octets as they are; a string is one octet a character. */
  send(octets: string | Uint8Array): void {
    this.socket.write(typeof octets === "string" ? Buffer.from(octets, "latin1") : octets);
  }

  /** The next line, which must end in CRLF and hold neither CR nor LF before that. */
  async line(): Promise<string> {
    const end = await this.#find(Buffer.from("\n"));
    const line = this.#take(end + 1).toString("latin1");
    if (!line.endsWith("\r\n") || line.slice(0, -2).includes("\r"))
      throw new Error(`a bad line end in ${JSON.stringify(line)}`);
    if (line.length > 512) throw new Error(`a reply line of ${line.length} octets`);
    return line.slice(0, -2);
  }

  /** One command, and the first line of its answer. */
  async ask(command: string): Promise<string> {
    this.send(`${command}\r\n`);
    return this.line();
  }

  /** One command whose answer is multi-line; throws where it is refused. */
  async askMulti(command: string): Promise<Multi> {
    this.send(`${command}\r\n`);
    return this.multi();
  }

  /** The next multi-line reply. */
  async multi(): Promise<Multi> {
    const status = await this.line();
    if (!/^\+OK( |$)/.test(status)) throw new Error(`a multi-line reply was expected: ${status}`);
    await this.#have(3);
    if (this.#peek(3) === ".\r\n") {
      this.#take(3);
      return { status, wire: Buffer.alloc(0), octets: Buffer.alloc(0) };
    }
    const end = await this.#find(END_OF_BODY);
    const wire = Buffer.from(this.#take(end + 2));
    this.#take(3);
    return { status, wire, octets: unstuffed(wire) };
  }

  /** Whatever still comes until the peer closes its side. */
  async rest(withinMs = 10_000): Promise<string> {
    this.#join();
    while (!this.ended) {
      await this.#more(withinMs);
      this.#join();
    }
    // A last chunk may have come along with the end.
    this.#join();
    return this.#take(this.#buffer.length).toString("latin1");
  }

  /** What has come and was not yet read. */
  get unread(): string {
    this.#join();
    return this.#buffer.toString("latin1");
  }

  /** Says QUIT, reads the answer and waits for the end. */
  async quit(): Promise<string> {
    const answer = await this.ask("QUIT");
    const more = await this.rest();
    if (more !== "") throw new Error(`octets behind the answer to QUIT: ${JSON.stringify(more)}`);
    this.socket.end();
    return answer;
  }

  /** Ends the connection without a word. */
  drop(): void {
    this.socket.destroy();
    this.plain.destroy();
  }

  async #have(octets: number): Promise<void> {
    this.#join();
    while (this.#buffer.length < octets) await this.#wait();
  }

  async #find(wanted: Buffer): Promise<number> {
    this.#join();
    let from = 0;
    for (;;) {
      const at = this.#buffer.indexOf(wanted, from);
      if (at !== -1) return at;
      from = Math.max(0, this.#buffer.length - wanted.length);
      await this.#wait();
    }
  }

  async #wait(): Promise<void> {
    if (this.ended && this.#chunks.length === 0) {
      throw new Error(
        `the connection ended; unread: ${JSON.stringify(this.#buffer.subarray(0, 200).toString("latin1"))}`,
      );
    }
    await this.#more(6000);
    this.#join();
  }

  #more(withinMs: number): Promise<void> {
    if (this.#chunks.length > 0 || this.#closed) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = realTimeout(() => reject(new Error("the server says nothing")), withinMs);
      this.#wake = () => {
        clearRealTimeout(timer);
        this.#wake = () => {};
        // All that is there is taken together, so that a long body is not copied for each of its pieces.
        setImmediate(resolve);
      };
    });
  }

  #join(): void {
    if (this.#chunks.length === 0) return;
    this.#buffer = Buffer.concat([this.#buffer, ...this.#chunks]);
    this.#chunks = [];
  }

  #peek(octets: number): string {
    return this.#buffer.subarray(0, octets).toString("latin1");
  }

  #take(octets: number): Buffer {
    const taken = this.#buffer.subarray(0, octets);
    this.#buffer = this.#buffer.subarray(octets);
    return taken;
  }
}

const trust: ConnectionOptions = { ca: identity.cert, servername: "localhost" };

/** Takes the stuffing away; refuses a body that a client could not read by RFC 1939 §3. */
function unstuffed(wire: Buffer): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  while (at < wire.length) {
    const end = wire.indexOf("\r\n", at);
    if (end === -1) throw new Error("a body that does not end in CRLF");
    if (wire[at] === 0x2e) {
      if (end === at + 1) throw new Error("a terminator in the middle of a body");
      at++;
    }
    parts.push(wire.subarray(at, end + 2));
    at = end + 2;
  }
  return Buffer.concat(parts);
}

function happens(socket: Socket, event: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once(event, () => resolve());
    socket.once("error", reject);
    socket.once("close", () => reject(new Error(`the connection was closed before ${event}`)));
  });
}
