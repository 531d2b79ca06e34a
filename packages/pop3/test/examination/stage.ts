// A server on a free port with a store in memory, for one file of the examination. Every name opens a maildrop of its own,
// with the password `secret`, so that sessions do not stand in each other's way.
import { Buffer } from "node:buffer";
import { performance } from "node:perf_hooks";
import { MemoryMaildrops, Pop3Server, type Pop3ServerOptions, type ServerEvents } from "@postern/pop3/server";
export { identity as tls } from "../support/identity.mjs";
import { Wire } from "./wire.js";

/** What a session ended with, as the server tells it. */
export type Ended = ServerEvents["session.ended"][0];

export class Stage {
  readonly store: MemoryMaildrops = new MemoryMaildrops();
  readonly server: Pop3Server;
  readonly ended: Ended[] = [];
  readonly failures: ServerEvents["failure.caught"][0][] = [];
  port = 0;
  tlsPort = 0;
  #users = 0;

  private constructor(options: Partial<Pop3ServerOptions>) {
    this.server = new Pop3Server({
      maildrops: this.store,
      authenticator: { verifyPassword: async (name, password) => (password === "secret" ? name : null) },
      cleartextLogin: "always",
      ...options,
    });
    this.server.on("session.ended", (facts) => this.ended.push(facts));
    this.server.on("failure.caught", (facts) => this.failures.push(facts));
  }

  static async set(options: Partial<Pop3ServerOptions> = {}): Promise<Stage> {
    const stage = new Stage(options);
    stage.port = (await stage.server.listen()).port;
    if (options.tls !== undefined) stage.tlsPort = (await stage.server.listen({ tls: "implicit" })).port;
    return stage;
  }

  /** A name that nobody has used. */
  user(): string {
    return `user${++this.#users}`;
  }

  /** A user with these messages. */
  async userWith(messages: readonly (string | Uint8Array)[]): Promise<string> {
    const user = this.user();
    for (const message of messages) {
      await this.store.deliver(user, typeof message === "string" ? Buffer.from(message, "latin1") : message);
    }
    return user;
  }

  /** A connection whose greeting was read. */
  async greeted(): Promise<Wire> {
    const wire = await Wire.open(this.port);
    expectOk(await wire.line());
    return wire;
  }

  /** A session after login. */
  async session(user: string): Promise<Wire> {
    const wire = await this.greeted();
    expectOk(await wire.ask(`USER ${user}`));
    expectOk(await wire.ask("PASS secret"));
    return wire;
  }

  /** A session after login with these messages in its maildrop. */
  async sessionWith(messages: readonly (string | Uint8Array)[]): Promise<{ wire: Wire; user: string }> {
    const user = await this.userWith(messages);
    return { wire: await this.session(user), user };
  }

  /** All is well: no session is left, and a new one does its work. */
  async healthy(): Promise<void> {
    await until(() => this.server.sessionCount === 0, `${this.server.sessionCount} sessions are left`);
    const { wire } = await this.sessionWith(["Subject: x\n\nbody\n"]);
    const { octets } = await wire.askMulti("RETR 1");
    if (octets.toString() !== "Subject: x\r\n\r\nbody\r\n")
      throw new Error(`a healthy session got ${octets.toString()}`);
    expectOk(await wire.quit());
    await until(() => this.server.sessionCount === 0, "the healthy session is left");
  }

  /** The same where a password travels under TLS only. */
  async healthyTls(): Promise<void> {
    await until(() => this.server.sessionCount === 0, `${this.server.sessionCount} sessions are left`);
    const wire = await Wire.openTls(this.tlsPort);
    expectOk(await wire.line());
    expectOk(await wire.ask(`USER ${await this.userWith(["body\n"])}`));
    expectOk(await wire.ask("PASS secret"));
    if ((await wire.askMulti("RETR 1")).octets.toString() !== "body\r\n") throw new Error("a wrong message");
    expectOk(await wire.quit());
  }

  async strike(): Promise<void> {
    await this.server.close({ graceMs: 1 });
  }
}

export function expectOk(line: string): void {
  if (!/^\+OK( |$)/.test(line)) throw new Error(`+OK was expected: ${line}`);
}

/** Waits until it holds; says what is wrong where it does not within four seconds. */
export async function until(holds: () => boolean, otherwise: string): Promise<void> {
  const start = performance.now();
  while (!holds()) {
    if (performance.now() - start > 4000) throw new Error(otherwise);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
