// The peer's end of a connection, by hand: send octets, take lines as they came. For examining servers; it knows no command, forgives
// nothing, and trusts nobody: whether the certificate holds is told and decides nothing. What to send comes from those who call.
import type { ChannelBindings } from "../contracts/mechanism.js";
import { overTcp, type TlsFacts, type TlsOptions, type Transport } from "../client/transport.js";
import type { Secrets } from "../client/secrets.js";
import { octetsOf, octetString } from "../protocol/octets.js";
import { Transcript } from "./transcript.js";

/** How TLS is spoken, with names of protocols to offer by ALPN in the place of `pop3`: for these, `alpn` is false. */
export interface WireTlsOptions extends TlsOptions {
  readonly ALPNProtocols?: string[];
}

/** Where to connect; with `tls`, from the first octet. */
export interface WireOptions {
  readonly port: number;
  /** `127.0.0.1` where absent. */
  readonly host?: string;
  readonly tls?: boolean;
  /** Whom to trust for `tlsFacts` to say that the certificate holds, and which versions to speak. */
  readonly tlsOptions?: WireTlsOptions;
  /** How long a connection and each line are waited for, in milliseconds; 10,000 where absent. */
  readonly patienceMs?: number;
  readonly signal?: AbortSignal;
  /** What the transcript must not show; its own where absent. */
  readonly secrets?: Secrets;
}

/** A line as it came. */
export interface ReceivedLine {
  /** Without the line end, one character an octet. */
  readonly text: string;
  readonly end: "CRLF" | "LF";
}

/** A multi-line response behind its first line. */
export interface ReceivedBody {
  /** Without stuffing and terminator, one character an octet. */
  readonly lines: readonly string[];
  /** Octets without stuffing and terminator, each line end counted as it came. */
  readonly octets: number;
  /** How many lines, the terminator included, ended in LF alone. */
  readonly loneLineFeeds: number;
  /** Lines that begin with one dot and should begin with two (RFC 1939 §3). */
  readonly unstuffed: readonly string[];
}

/** What a body holds, which decides what of it is kept in the transcript. */
export type BodyKind = "listing" | "message";

/** Nothing came, or too much: the connection is of no further use. */
export class WireFailed extends Error {
  override readonly name = "WireFailed";
  readonly reason: "silent" | "closed" | "overlong";

  constructor(reason: WireFailed["reason"], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** The longest line that is waited for. */
const LINE_OCTETS = 1024 * 1024;

/** The longest body that is taken. Messages that are examined are small; a unique-id listing of half a million is not. */
const BODY_OCTETS: Readonly<Record<BodyKind, number>> = { listing: 64 * 1024 * 1024, message: 4 * 1024 * 1024 };

/** A body may take so many times as long as a line: each of its lines may come in time, and the last of them never. */
const BODY_PATIENCE = 12;

/** How much may have come and not been read, before the server is made to wait. */
const UNREAD_OCTETS = 4 * LINE_OCTETS;

const PATIENCE_MS = 10_000;

/** Lines of a listing that the transcript keeps: its beginning and its end. */
const LISTING_FIRST = 40;
const LISTING_LAST = 5;

/** One connection to a server. */
export class Wire {
  readonly transcript: Transcript;
  readonly #options: WireOptions;
  #transport: Transport;
  #unread = "";
  #at = 0;
  #paused = false;
  #lost: Error | null = null;
  #wake: () => void = () => {};
  readonly #aborted = (): void => this.#wake();

  private constructor(transport: Transport, options: WireOptions) {
    this.#options = options;
    this.transcript = new Transcript(options.secrets);
    this.#transport = transport;
    this.#attach(transport);
    options.signal?.addEventListener("abort", this.#aborted);
  }

  /** Rejects where the connection or the TLS handshake fails. */
  static async connect(options: WireOptions): Promise<Wire> {
    const { host = "127.0.0.1", port, tls = false } = options;
    const signal = patience(options);
    const transport = await overTcp(host, port, signal);
    if (!tls) return new Wire(transport, options);
    const wire = new Wire(await transport.upgrade(host, unverified(options), signal), options);
    wire.transcript.add("#", "TLS began with the connection");
    return wire;
  }

  /** Sends octets, given as a string of one character an octet. */
  send(octets: string): void {
    for (const line of octets.split("\r\n").slice(0, octets.endsWith("\r\n") ? -1 : undefined)) {
      this.transcript.add("C", line);
    }
    this.#transport.write(octetsOf(octets));
  }

  /** The next line without its line end, one character an octet; null once the server has closed. Rejects with `WireFailed`. */
  async line(): Promise<string | null> {
    return (await this.received())?.text ?? null;
  }

  /** The next line as it came; null once the server has closed. Rejects with `WireFailed`. */
  async received(): Promise<ReceivedLine | null> {
    const line = await this.#next();
    if (line === null) this.transcript.add("#", "the server closed the connection");
    else this.transcript.add("S", line.text);
    return line;
  }

  /** The lines of a multi-line response behind its first, without stuffing and terminator. Rejects with `WireFailed`. */
  async body(): Promise<string[]> {
    return [...(await this.receivedBody("listing")).lines];
  }

  /** The same, with what is to be known of how it came. Of a message, the transcript keeps the size alone. */
  async receivedBody(kind: BodyKind): Promise<ReceivedBody> {
    const most = BODY_OCTETS[kind];
    const patienceMs = (this.#options.patienceMs ?? PATIENCE_MS) * BODY_PATIENCE;
    const until = Date.now() + patienceMs;
    const lines: string[] = [];
    const unstuffed: string[] = [];
    let octets = 0;
    let loneLineFeeds = 0;
    const tell = (end: string): void => this.#tellBody(kind, lines, octets, end);
    for (;;) {
      const line = await this.#next().catch((error: unknown) => {
        tell("no terminator came");
        throw error;
      });
      if (line === null) {
        tell("the server closed the connection");
        throw new WireFailed("closed", "the server closed in the middle of a multi-line response");
      }
      if (line.end === "LF") loneLineFeeds++;
      const { text } = line;
      if (text === ".") {
        tell("");
        return { lines, octets, loneLineFeeds, unstuffed };
      }
      const stuffed = text.startsWith(".");
      if (stuffed && !text.startsWith("..")) unstuffed.push(text);
      lines.push(stuffed ? text.slice(1) : text);
      octets += text.length - (stuffed ? 1 : 0) + (line.end === "LF" ? 1 : 2);
      if (octets > most) throw new WireFailed("overlong", `a response of more than ${most} octets`);
      if (Date.now() > until) throw new WireFailed("silent", `a response that did not end within ${patienceMs} ms`);
    }
  }

  #tellBody(kind: BodyKind, lines: readonly string[], octets: number, end: string): void {
    const { transcript } = this;
    const stuffed = (line: string): string => (line.startsWith(".") ? `.${line}` : line);
    if (kind === "message") transcript.add("#", `${lines.length} lines of a message, ${octets} octets`);
    else {
      const left = lines.length - LISTING_FIRST - LISTING_LAST;
      for (const line of left > 0 ? lines.slice(0, LISTING_FIRST) : lines) transcript.add("S", stuffed(line));
      if (left > 0) {
        transcript.add("#", `${left} more lines`);
        for (const line of lines.slice(-LISTING_LAST)) transcript.add("S", stuffed(line));
      }
    }
    if (end === "") transcript.add("S", ".");
    else transcript.add("#", end);
  }

  /** What comes within `ms` milliseconds and was not read, one character an octet; "" where nothing does. */
  async unreadAfter(ms: number): Promise<string> {
    const until = Date.now() + ms;
    while (this.#lost === null && Date.now() < until) await this.#more(until - Date.now());
    return this.#unread.slice(this.#at);
  }

  /** Whether something comes within `ms` milliseconds, the end of the connection included; reads nothing. */
  async heard(ms: number): Promise<boolean> {
    const until = Date.now() + ms;
    for (;;) {
      if (this.#lost !== null || this.#at < this.#unread.length) return true;
      if (Date.now() >= until) return false;
      await this.#more(until - Date.now());
    }
  }

  /** TLS from here on, as after a positive reply to STLS. Rejects where the handshake fails; the connection is closed then. */
  async startTls(): Promise<void> {
    const { host = "127.0.0.1" } = this.#options;
    try {
      this.#transport = await this.#transport.upgrade(host, unverified(this.#options), patience(this.#options));
    } catch (error) {
      // Nobody listens to the connection in the clear any more, and nothing can be said on it.
      this.#lost ??= new Error("TLS did not begin", { cause: error });
      this.transcript.add("#", "TLS did not begin");
      throw error;
    }
    this.transcript.add("#", "TLS began");
    this.#attach(this.#transport);
  }

  /** Null in the clear. */
  get tls(): TlsFacts | null {
    return this.#transport.facts();
  }

  get channelBindings(): ChannelBindings | null {
    return this.#transport.bindings();
  }

  /** The server has closed, and everything it sent was read. */
  get closed(): boolean {
    return this.#lost !== null && this.#at >= this.#unread.length;
  }

  /** Goes away without a word. */
  close(): void {
    this.#options.signal?.removeEventListener("abort", this.#aborted);
    this.#transport.destroy();
  }

  async #next(): Promise<ReceivedLine | null> {
    const { patienceMs = PATIENCE_MS } = this.#options;
    const until = Date.now() + patienceMs;
    for (let from = this.#at; ;) {
      const end = this.#unread.indexOf("\n", from);
      if (end !== -1) return this.#take(end);
      const waiting = this.#unread.length - this.#at;
      if (waiting > LINE_OCTETS) throw new WireFailed("overlong", `a line of more than ${LINE_OCTETS} octets`);
      if (this.#lost !== null) {
        if (waiting === 0) return null;
        throw new WireFailed("closed", "the server closed in the middle of a line");
      }
      // What is behind `#at` is not looked through again; `#at` itself may move when more comes.
      this.#compact();
      from = this.#unread.length;
      const left = until - Date.now();
      if (left <= 0) throw new WireFailed("silent", `no line came within ${patienceMs} ms`);
      await this.#more(left);
    }
  }

  #take(end: number): ReceivedLine {
    const text = this.#unread.slice(this.#at, end);
    this.#at = end + 1;
    if (this.#paused && this.#unread.length - this.#at < LINE_OCTETS) {
      this.#paused = false;
      this.#transport.resume();
    }
    return text.endsWith("\r") ? { text: text.slice(0, -1), end: "CRLF" } : { text, end: "LF" };
  }

  #compact(): void {
    if (this.#at === 0) return;
    this.#unread = this.#unread.slice(this.#at);
    this.#at = 0;
  }

  async #more(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      timer = setTimeout(resolve, ms);
    });
    clearTimeout(timer);
    this.#options.signal?.throwIfAborted();
  }

  #attach(transport: Transport): void {
    transport.listen({
      received: (chunk) => {
        this.#unread += octetString(chunk);
        if (this.#unread.length - this.#at > UNREAD_OCTETS) {
          this.#paused = true;
          transport.pause();
        }
        this.#wake();
      },
      lost: (error) => {
        this.#lost ??= error;
        this.#wake();
      },
    });
  }
}

function unverified({ tlsOptions }: WireOptions): TlsOptions {
  return { ...tlsOptions, verified: false };
}

function patience({ patienceMs = PATIENCE_MS, signal }: WireOptions): AbortSignal {
  const deadline = AbortSignal.timeout(patienceMs);
  return signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
}
