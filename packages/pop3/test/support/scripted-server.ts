// A server that does what a test says, right or wrong: answers by keyword, withholds, cuts, injects, resets. Over TCP or TLS.
// Records what the client sent, and in which chunks. Knows no POP3 beyond the answers below, which every test may replace.
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createSecureContext, TLSSocket } from "node:tls";
import { Pop3Client, type AuthOptions, type ConnectOptions } from "@postern/pop3/client";
import { identity } from "./identity.mjs";

/** What is said to a command: a reply with its CRLF, or a function that gives one or does something else. */
export type ScriptedAnswer =
  string | ((params: string, peer: ScriptedPeer) => string | undefined | Promise<string | undefined>);

export interface Script {
  /** Said first; null to say nothing. */
  readonly greeting?: string | null;
  /** The lines of CAPA; null refuses it. */
  readonly capabilities?: readonly string[] | null;
  /** Messages as they were stored. */
  readonly messages?: readonly string[];
  /** By keyword in upper case; `*` for all that have none. */
  readonly answers?: Readonly<Record<string, ScriptedAnswer>>;
  /** TLS from the first octet. */
  readonly implicitTls?: boolean;
  readonly identity?: { readonly key: string; readonly cert: string };
  /** Does all of it instead of what is above. */
  readonly instead?: (peer: ScriptedPeer) => void | Promise<void>;
}

/** The server's end of one connection. */
export class ScriptedPeer {
  /** What came, cut as it came, one character an octet. */
  readonly chunks: string[] = [];
  /** Resolves once the connection is no more. */
  readonly closed: Promise<void>;
  readonly socket: Socket;
  stream!: Duplex;
  #pending = "";
  #wake: () => void = () => {};
  #gone = false;

  constructor(socket: Socket) {
    this.socket = socket.setNoDelay(true).on("error", () => {});
    this.closed = new Promise((resolve) => {
      socket.on("close", () => {
        this.#gone = true;
        this.#wake();
        resolve();
      });
    });
    this.#listen(socket);
  }

  #listen(stream: Duplex): void {
    this.stream = stream.on("error", () => {});
    stream.on("data", (chunk: Buffer) => {
      this.chunks.push(chunk.toString("latin1"));
      this.#pending += chunk.toString("latin1");
      this.#wake();
    });
  }

  get lines(): readonly string[] {
    return this.chunks.join("").split("\r\n").slice(0, -1);
  }

  /** The next line of the client, or null once it has gone. */
  async line(): Promise<string | null> {
    for (;;) {
      const end = this.#pending.indexOf("\r\n");
      if (end !== -1) {
        const line = this.#pending.slice(0, end);
        this.#pending = this.#pending.slice(end + 2);
        return line;
      }
      if (this.#gone) return null;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** One character an octet. Resolves once the kernel took it, or the connection is no more. */
  send(text: string | Uint8Array): Promise<void> {
    const octets = typeof text === "string" ? Buffer.from(text, "latin1") : text;
    return new Promise((resolve) => {
      void this.closed.then(resolve);
      if (this.#gone || this.stream.destroyed) resolve();
      else this.stream.write(octets, () => resolve());
    });
  }

  /** Each piece in a segment of its own. */
  async sendInPieces(...pieces: readonly string[]): Promise<void> {
    for (const piece of pieces) {
      await this.send(piece);
      await pause(5);
    }
  }

  /** TLS from here on, as after the answer to STLS. */
  async startTls(own: { readonly key: string; readonly cert: string } = identity): Promise<void> {
    this.stream.removeAllListeners("data");
    const secured = new TLSSocket(this.stream, { isServer: true, secureContext: createSecureContext(own) });
    this.#listen(secured);
    await Promise.race([once(secured, "secure").catch(() => {}), this.closed]);
  }

  end(): void {
    this.stream.end();
  }

  /** RST, without what is in flight. */
  reset(): void {
    this.socket.resetAndDestroy();
  }
}

/** With null as `auth`, nobody logs in. */
export type ScriptedOptions = Omit<Partial<ConnectOptions>, "auth"> & { readonly auth?: AuthOptions | null };

export interface ScriptedServer extends AsyncDisposable {
  readonly port: number;
  /** Every connection so far. */
  readonly peers: readonly ScriptedPeer[];
  /** The only or the last one. */
  readonly peer: ScriptedPeer;
  /** Connects as somebody with a password, in the clear unless `more` says otherwise. */
  connect(more?: ScriptedOptions): Promise<Pop3Client>;
}

export const auth: { readonly user: string; readonly password: string; readonly cleartext: true } = {
  user: "ann",
  password: "correct-horse",
  cleartext: true,
};

/** Starts it on a free port of the loopback. */
export async function scripted(script: Script = {}): Promise<ScriptedServer> {
  const peers: ScriptedPeer[] = [];
  const server = createServer((socket) => {
    const peer = new ScriptedPeer(socket);
    peers.push(peer);
    void play(script, peer);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    peers,
    get peer() {
      return peers.at(-1)!;
    },
    connect({ auth: who = auth, ...more } = {}) {
      return Pop3Client.connect({ host: "127.0.0.1", port, tls: "none", ...(who !== null && { auth: who }), ...more });
    },
    async [Symbol.asyncDispose]() {
      for (const { socket } of peers) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function play(script: Script, peer: ScriptedPeer): Promise<void> {
  if (script.implicitTls === true) await peer.startTls(script.identity);
  if (script.instead !== undefined) {
    await script.instead(peer);
    return;
  }
  const { greeting = "+OK ready\r\n" } = script;
  if (greeting !== null) await peer.send(greeting);
  const answers = { ...standardAnswers(script), ...script.answers };
  for (;;) {
    const line = await peer.line();
    if (line === null) return;
    const [, keyword = "", params = ""] = /^(\S*) ?(.*)$/s.exec(line) ?? [];
    const answer = answers[keyword.toUpperCase()] ?? answers["*"] ?? "-ERR what?\r\n";
    const said = typeof answer === "string" ? answer : await answer(params, peer);
    if (said !== undefined) await peer.send(said);
  }
}

/** A positive reply with a body. */
export function multi(lines: readonly string[], text = ""): string {
  return `+OK ${text}\r\n${lines.map((line) => `${line.replace(/^\./, "..")}\r\n`).join("")}.\r\n`;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function standardAnswers({ capabilities = [], messages = [], identity: own }: Script): Record<string, ScriptedAnswer> {
  const ok = "+OK\r\n";
  return {
    CAPA: capabilities === null ? "-ERR no\r\n" : multi(capabilities),
    USER: ok,
    PASS: ok,
    NOOP: ok,
    RSET: ok,
    DELE: ok,
    STAT: `+OK ${messages.length} ${messages.join("").length}\r\n`,
    LIST: (number) =>
      number === ""
        ? multi(messages.map((message, at) => `${at + 1} ${message.length}`))
        : `+OK ${number} ${messages[Number(number) - 1]?.length}\r\n`,
    UIDL: (number) =>
      number === "" ? multi(messages.map((_, at) => `${at + 1} id-${at + 1}`)) : `+OK ${number} id-${number}\r\n`,
    RETR: (number) => {
      const message = messages[Number(number) - 1];
      return message === undefined ? "-ERR no such message\r\n" : `+OK\r\n${message.replaceAll(/^\./gm, "..")}.\r\n`;
    },
    STLS: async (_, peer) => {
      await peer.send("+OK begin\r\n");
      await peer.startTls(own);
      return undefined;
    },
    QUIT: async (_, peer) => {
      await peer.send("+OK bye\r\n");
      peer.end();
      return undefined;
    },
  };
}
