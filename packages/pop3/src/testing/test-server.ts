// A POP3 server for the tests of clients: real, in this process, and misbehaving on demand.
// The honest server does the work (`server/`), the interference stands between it and the connection (`engine/`), faults are data (`faults/`).
import type { Socket } from "node:net";
import type { AnyCommandSpec } from "../contracts/command.js";
import { MemoryMaildrops } from "../maildrop/memory.js";
import { interposition, type Interposed } from "../server/interposition.js";
import type { Pop3ServerOptions } from "../server/options.js";
import { Pop3Server } from "../server/server.js";
import { FaultBook } from "./engine/fault-book.js";
import { Interference, type InterferenceHost } from "./engine/interference.js";
import { OpenedMaildrops } from "./engine/opened-maildrops.js";
import { RECORDED_OCTETS, SessionRecord, type RecordedSession, type RecordingSpace } from "./engine/session-record.js";
import { addFault, type Fault } from "./faults/index.js";
import { TEST_CA } from "./test-certificates.js";
import { messagesOf, serverOptionsOf, withScenario, type TestServerOptions } from "./test-server-options.js";

/** How long a client may leave a connection open that the server has closed, in milliseconds. */
const LINGER_MS = 2000;

/** A server on loopback, running. */
export interface TestServer extends AsyncDisposable {
  /** `pop3://127.0.0.1:PORT`, in the clear, with STLS. */
  readonly url: string;
  /** `pop3s://localhost:PORT`, TLS from the first octet; null without a certificate. */
  readonly tlsUrl: string | null;
  readonly host: string;
  readonly port: number;
  /** 0 without a certificate. */
  readonly tlsPort: number;
  /** The certificate, PEM, of the authority that a client must trust. */
  readonly ca: string;
  /** What the users have: `maildrops.messages("alice")`, and `maildrops.deliver` for mail that comes later. */
  readonly maildrops: MemoryMaildrops;
  /** The honest server inside, for its events. */
  readonly server: Pop3Server;
  /** All sessions that there were, as they went so far. */
  readonly sessions: readonly RecordedSession[];
  /** Misbehaves so from the next command on, until the fault is disposed of. Throws a `TypeError` for a fault that does not exist so. */
  inject(fault: Fault): Disposable;
  /** Resolves once no session is open. */
  ended(): Promise<void>;
  /** Ends all sessions and frees the ports. */
  close(): Promise<void>;
}

/**
 * Starts a server on free ports of loopback; with `await using`, it ends with the test. Throws a `TypeError` for a fault that does not
 * exist so and for a scenario that does not, and what `Pop3Server` throws.
 */
export async function startTestServer(given: TestServerOptions = {}): Promise<TestServer> {
  const options = withScenario(given);
  const running = new RunningTestServer(options);
  await running.start(options);
  return running;
}

class RunningTestServer implements TestServer, InterferenceHost {
  readonly host = "127.0.0.1";
  readonly ca: string = TEST_CA;
  readonly maildrops = new MemoryMaildrops();
  readonly server: Pop3Server;
  readonly sessions: SessionRecord[] = [];
  readonly book = new FaultBook();
  port = 0;
  tlsPort = 0;
  readonly #secured: boolean;
  readonly store = new OpenedMaildrops(this.maildrops);
  readonly #specs: ReadonlyMap<string, AnyCommandSpec>;
  readonly #lingering = new Set<Socket>();
  readonly #onEnd = new Set<() => void>();
  #closed = false;

  constructor(options: TestServerOptions) {
    const records = new Map<string, SessionRecord>();
    const space: RecordingSpace = { leftOctets: RECORDED_OCTETS };
    const inside: Pop3ServerOptions & Interposed = {
      maildrops: this.store,
      ...serverOptionsOf(options),
      [interposition]: (id) => {
        const record = new SessionRecord(
          this.sessions.length + 1,
          (keyword) => this.spec(keyword),
          space,
          () => {
            records.delete(id);
            if (records.size > 0) return;
            for (const told of this.#onEnd) told();
            this.#onEnd.clear();
          },
        );
        records.set(id, record);
        this.sessions.push(record);
        return new Interference(record, this);
      },
    };
    this.server = new Pop3Server(inside);
    this.#secured = inside.tls !== undefined;
    this.server.on("login.accepted", ({ session, user }) => {
      const record = records.get(session);
      if (record !== undefined) record.user = user;
    });
    this.#specs = new Map(
      this.server.registry.served.flatMap(({ commands }) => commands.map((spec) => [spec.keyword, spec] as const)),
    );
    for (const fault of options.faults ?? []) addFault(this.book, fault);
  }

  get url(): string {
    return `pop3://${this.host}:${this.port}`;
  }

  get tlsUrl(): string | null {
    return this.#secured ? `pop3s://localhost:${this.tlsPort}` : null;
  }

  async start(options: TestServerOptions): Promise<void> {
    const delivered = new Map<string, number>();
    for (const [user, message] of messagesOf(options)) {
      const number = (delivered.get(user) ?? 0) + 1;
      delivered.set(user, number);
      // The same in every run, so that a dialog can be compared.
      await this.maildrops.deliver(user, message, { uniqueId: `message-${number}` });
    }
    try {
      ({ port: this.port } = await this.server.listen({ port: options.port ?? 0 }));
      if (this.#secured)
        ({ port: this.tlsPort } = await this.server.listen({ port: options.tlsPort ?? 0, tls: "implicit" }));
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  inject(fault: Fault): Disposable {
    return { [Symbol.dispose]: addFault(this.book, fault) };
  }

  async ended(): Promise<void> {
    if (this.sessions.every(({ ended }) => ended)) return;
    await new Promise<void>((resolve) => this.#onEnd.add(resolve));
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const socket of this.#lingering) socket.destroy();
    await this.server.close({ graceMs: 0 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  spec(keyword: string): AnyCommandSpec | null {
    return this.#specs.get(keyword) ?? null;
  }

  lingers(socket: Socket): void {
    if (this.#closed || socket.destroyed) {
      socket.destroy();
      return;
    }
    const timer = setTimeout(() => socket.destroy(), LINGER_MS);
    this.#lingering.add(socket);
    socket.on("close", () => {
      clearTimeout(timer);
      this.#lingering.delete(socket);
    });
  }

  failed(error: unknown): void {
    // The test's own mistake: raised apart from the session, as an uncaught exception.
    queueMicrotask(() => {
      throw error;
    });
  }
}
