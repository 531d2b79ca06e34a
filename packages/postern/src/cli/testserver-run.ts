// The test server while `postern testserver` runs: begins again on the same ports, and tells of commands and of sessions that have ended.
// Knows no flag and prints nothing.
import { startTestServer, type TestServer, type TestServerOptions } from "@postern/pop3/testing";
import { CliFailure } from "./context.js";

/** What the command wants, and wants to hear. */
export interface TestServerEvents {
  /** How the server is to be; asked at each beginning. */
  read(): TestServerOptions;
  /** It listens. */
  ready(server: TestServer, options: TestServerOptions): Promise<void>;
  /** One or more sessions have ended. Not called again before it is done. */
  sessionEnded(server: TestServer): Promise<void>;
  /** A client has sent a line, or has ended; secrets are masked. Absent where nobody wants to hear. */
  readonly sent?: (session: number, line: string) => void;
  /** There is no server any more, or what `sessionEnded` had to do went wrong. */
  failed(error: unknown): void;
}

interface Ports {
  readonly port?: number;
  readonly tlsPort?: number;
}

/** How often is looked for what clients have sent: a client that waits is seen before it gives up. */
const LOOK_MS = 100;

export class TestServerRun {
  readonly #events: TestServerEvents;
  #server: TestServer | null = null;
  #looking: NodeJS.Timeout | undefined;
  /** How many commands of each session were told. */
  #told: number[] = [];
  /** Beginnings and ends, one after the other. */
  #turn: Promise<void> = Promise.resolve();
  #telling: Promise<void> = Promise.resolve();
  #toldEnd = true;

  constructor(events: TestServerEvents) {
    this.#events = events;
  }

  /** Throws a `CliFailure` or a `ConfigProblem` that says why there is no server. */
  start({ port = 0, tlsPort = 0 }: Ports): Promise<void> {
    return this.#next(async () => this.#begin(this.#events.read(), { port, tlsPort }));
  }

  /** The same once more, as if nothing had been. Rejects, and all stays, where it cannot be read anew. */
  again(): Promise<void> {
    return this.#next(async () => {
      const before = this.#server;
      if (before === null) return;
      const options = this.#events.read();
      await this.#end();
      await this.#begin(options, before).catch((error: unknown) => this.#events.failed(error));
    });
  }

  async stop(): Promise<void> {
    await this.#turn;
    await this.#end();
  }

  #next(act: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(act);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #begin(options: TestServerOptions, { port, tlsPort }: Required<Ports>): Promise<void> {
    const server = await startTestServer({ ...options, port, tlsPort }).catch((error: unknown) => {
      throw new CliFailure(reasonOf(error), 2, { cause: error });
    });
    this.#server = server;
    this.#told = [];
    server.server.on("session.ended", () => this.#sessionEnded(server));
    if (this.#events.sent !== undefined) this.#looking = setInterval(() => this.#look(server), LOOK_MS);
    await this.#events.ready(server, options);
  }

  async #end(): Promise<void> {
    const server = this.#server;
    clearInterval(this.#looking);
    if (server === null) return;
    await server.close();
    await this.#telling;
    this.#server = null;
  }

  /** Several ends at a time are told once. */
  #sessionEnded(server: TestServer): void {
    if (!this.#toldEnd || this.#server !== server) return;
    this.#toldEnd = false;
    this.#telling = this.#telling.then(async () => {
      // Its record ends a moment later.
      await new Promise((resolve) => setImmediate(resolve));
      this.#toldEnd = true;
      this.#look(server);
      await this.#events.sessionEnded(server).catch((error: unknown) => this.#events.failed(error));
    });
  }

  #look({ sessions }: TestServer): void {
    const { sent } = this.#events;
    if (sent === undefined) return;
    for (const session of sessions) {
      const { number, ended } = session;
      const told = this.#told[number] ?? 0;
      if (told === Infinity) continue;
      // A line that has no end yet is not told in parts.
      const lines = session.lines.filter(({ from, lineEnd }) => from === "client" && (ended || lineEnd !== ""));
      for (const { text } of lines.slice(told)) sent(number, text);
      if (ended) sent(number, "(ended)");
      this.#told[number] = ended ? Infinity : lines.length;
    }
  }
}

function reasonOf(error: unknown): string {
  const { code, message, port } = error as NodeJS.ErrnoException & { readonly port?: number };
  if (code === "EADDRINUSE") return `Port ${port} is in use; choose another one, or 0 for a free one.`;
  if (code === "EACCES") return `Port ${port} is not for this user; choose one from 1024 up, or 0 for a free one.`;
  return message;
}
