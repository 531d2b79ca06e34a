// kill -9 of the real `postern fetch` at random instants and at those that matter, again and again, while mail keeps coming in:
// every message is at the destination once and whole. The steps of a destination by themselves are in `sync/crash.test.ts`.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, test } from "vitest";
import { world } from "../../../pop3/test/support/world.js";
import { openAccountState } from "../../src/sync/state.js";
import { storedMessages } from "../sync/stored-messages.js";

const KILLS = 12;
const MESSAGES = 200;

/** Still to be fetched at the first death; the others come in between the deaths. */
const FIRST_MESSAGES = 140;

/** The messages make up about so much on the wire. */
const OCTETS = 2_000_000;

let directory: string;
beforeAll(() => void (directory = mkdtempSync(join(tmpdir(), "postern-fetch-killed-"))));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/**
 * When a life ends: a moment after so many octets from the server, or after the answer to QUIT, whichever is first; or as soon as DELE or
 * QUIT is asked, or QUIT is answered.
 */
type Instant = { readonly octets: number; readonly afterMs: number } | "DELE asked" | "QUIT asked" | "QUIT answered";

describe.concurrent.each([
  ["maildir", false],
  ["mbox", true],
  ["eml", false],
] as const)("%s, with deletion: %s", (kind, deletes) => {
  test(`${KILLS} kills lose nothing and double nothing`, { timeout: 120_000 }, async ({ expect }) => {
    await using server = await world({}, []);
    let delivered = 0;
    const deliverUntil = async (count: number): Promise<void> => {
      for (; delivered < count; delivered++) await server.maildrops.deliver("ann", wireMessageOf(delivered));
    };
    await deliverUntil(FIRST_MESSAGES);
    await using relay = await Relay.to(server.port);
    const path = join(directory, kind, "mail");
    const statePath = join(directory, kind, "state", "fetch.sqlite");
    const args = [`pop3://ann@127.0.0.1:${relay.port}`, "--tls", "none", "--allow-cleartext"];
    args.push("--to", `${kind}:${path}`, "--state", statePath, ...(deletes ? ["--delete"] : []));

    const fixed: Instant[] = ["QUIT asked", "QUIT answered", ...(deletes ? (["DELE asked"] as const) : [])];
    let kills = 0;
    for (let lives = 0; kills < KILLS; lives++) {
      expect(lives, "most lives end before their time").toBeLessThan(KILLS * 3);
      const instant = kills % 4 === 2 ? fixed[(kills >> 2) % fixed.length]! : anyInstant();
      const { status, stderr } = await lived(relay, args, instant);
      expect(status, stderr).toBeOneOf([null, 0]);
      if (status === null) kills++;
      await deliverUntil(FIRST_MESSAGES + Math.floor(((MESSAGES - FIRST_MESSAGES) * kills) / KILLS));
    }
    // Who was killed at QUIT had everything recorded.
    const state = openAccountState(statePath, `ann@127.0.0.1:${relay.port}`);
    const known = state.count;
    state.close();
    if (!deletes) expect(known).toBeGreaterThanOrEqual(FIRST_MESSAGES);

    await server.maildrops.deliver("ann", wireMessageOf(delivered++));
    const { status, stderr, stdout } = await lived(relay, args, null);
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/^\d+ fetched \(.*\), \d+ known already/);

    const whole = Array.from({ length: delivered }, (_, number) => {
      const wire = wireMessageOf(number).toString("latin1");
      return kind === "eml" ? wire : wire.replaceAll("\r\n", "\n");
    });
    const stored = await storedMessages({ kind, path });
    expect(stored.map(numberOf).toSorted((a, b) => a - b)).toEqual(whole.map((_, number) => number));
    expect(stored.filter((message) => message !== whole[numberOf(message)])).toEqual([]);
    const left = readdirSync(join(directory, kind), { recursive: true }).map(String);
    expect(left.filter((file) => /tmp\/.|\.part$|\.spool$|mail\.lock/.test(file))).toEqual([]);

    const wire = await server.login();
    wire.send("STAT\r\n");
    expect(await wire.line()).toMatch(deletes ? /^\+OK 0 0/ : new RegExp(String.raw`^\+OK ${delivered} `));
  });
});

/** Later lives have less to fetch. */
function anyInstant(): Instant {
  return { octets: 1_000 * (OCTETS / 1_000) ** Math.random(), afterMs: Math.random() * 30 };
}

/** The message with that number: most are short, some long, with lines that begin with dots and `From `. */
function wireMessageOf(number: number): Buffer {
  const lines = number % 25 === 7 ? 3_000 : number % 50;
  return Buffer.from(
    `Subject: ${number}\r\n\r\n${`From message ${number}, a line which is long enough to fill\r\n.\r\n`.repeat(lines)}`,
  );
}

function numberOf(message: string): number {
  return Number(/^Subject: (\d+)\r?\n/.exec(message)?.[1]);
}

interface Life {
  /** Null where it was killed. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program until it ends or the instant is there. */
async function lived(relay: Relay, args: readonly string[], instant: Instant | null): Promise<Life> {
  const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
  const program = ["--import", new URL("from-source.mjs", import.meta.url).href, file("../../src/cli/main.ts")];
  const child = spawn(process.execPath, [...program, "fetch", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    // So that not every one of many children compiles the same files.
    env: { ...process.env, POSTERN_PASSWORD: "secret", NODE_COMPILE_CACHE: join(directory, "compiled") },
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  relay.watch(child, instant);
  const [status, signal] = (await once(child, "close")) as [number | null, string | null];
  relay.forget();
  return { status: signal === "SIGKILL" ? null : (status ?? -1), stdout, stderr };
}

/** Stands between the program and the server, and kills the program when the instant is there. */
class Relay implements AsyncDisposable {
  readonly port: number;
  readonly #listener: Server;
  readonly #sockets: ReadonlySet<Socket>;
  #victim: ChildProcess | null = null;
  #instant: Instant | null = null;
  #octets = 0;
  #quits = false;
  #timer: NodeJS.Timeout | undefined;

  static async to(serverPort: number): Promise<Relay> {
    const sockets = new Set<Socket>();
    const listener = createServer((near) => {
      const far = connect(serverPort, "127.0.0.1");
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        sockets.add(from);
        from.on("error", () => undefined).on("close", () => to.destroy());
        from.on("data", (chunk: Buffer) => {
          if (from === near ? relay.#asked(chunk) : relay.#answered(chunk)) to.write(chunk);
        });
      }
    });
    listener.listen(0, "127.0.0.1");
    await once(listener, "listening");
    const relay = new Relay(listener, sockets);
    return relay;
  }

  private constructor(listener: Server, sockets: ReadonlySet<Socket>) {
    this.#listener = listener;
    this.#sockets = sockets;
    this.port = (listener.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#listener.close();
    await once(this.#listener, "close");
  }

  watch(victim: ChildProcess, instant: Instant | null): void {
    this.#victim = victim;
    this.#instant = instant;
    this.#octets = 0;
    this.#quits = false;
  }

  forget(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#victim = null;
  }

  #kill(): false {
    this.#victim?.kill("SIGKILL");
    return false;
  }

  /** Whether the octets pass. */
  #asked(chunk: Buffer): boolean {
    const text = chunk.toString("latin1");
    if (this.#instant === "DELE asked" && text.includes("DELE ")) return this.#kill();
    if (!text.includes("QUIT\r\n")) return true;
    if (this.#instant === "QUIT asked") return this.#kill();
    this.#quits = true;
    return true;
  }

  #answered(chunk: Buffer): boolean {
    this.#octets += chunk.length;
    if (this.#quits && this.#instant === "QUIT answered") return this.#kill();
    if (this.#instant === null || typeof this.#instant === "string") return true;
    const { octets, afterMs } = this.#instant;
    if (this.#quits || this.#octets >= octets) this.#timer ??= setTimeout(() => this.#kill(), afterMs);
    return true;
  }
}
