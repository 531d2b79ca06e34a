// A test server and a client by hand: the lines and octets that come over the wire, for tests of faults.
// Knows no fault.
import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { startTestServer, Wire, type Fault, type TestServer, type TestServerOptions } from "@postern/pop3/testing";

/** A server with these faults; `login` and `greeted` give connections to it that are closed with it. */
export interface Stage extends AsyncDisposable {
  readonly server: TestServer;
  /** A connection whose greeting was read. */
  greeted(tls?: boolean): Promise<Wire>;
  /** The same after login as `alice`. */
  login(tls?: boolean): Promise<Wire>;
}

export async function stage(faults: readonly Fault[], options: TestServerOptions = {}): Promise<Stage> {
  const server = await startTestServer({ ...options, faults });
  const wires: Wire[] = [];
  const greeted = async (tls = false): Promise<Wire> => {
    const wire = await Wire.connect({ port: tls ? server.tlsPort : server.port, tls });
    wires.push(wire);
    await wire.line();
    return wire;
  };
  return {
    server,
    greeted,
    async login(tls) {
      const wire = await greeted(tls);
      wire.send("USER alice\r\nPASS secret\r\n");
      await wire.line();
      await wire.line();
      return wire;
    },
    async [Symbol.asyncDispose]() {
      for (const wire of wires) wire.close();
      await server.close();
    },
  };
}

/** Logs in to a server that stands as it is. */
export const LOGIN: readonly string[] = ["USER alice", "PASS secret"];

/** A connection, and the greeting that was read from it. */
export async function connected(server: TestServer, tls: boolean): Promise<[Wire, string]> {
  const wire = await Wire.connect({ port: tls ? server.tlsPort : server.port, tls });
  return [wire, (await wire.line()) ?? "closed"];
}

/** The first line of the reply to each command, one after the other; "closed" where none came. */
export async function said(wire: Wire, ...commands: readonly string[]): Promise<readonly string[]> {
  const replies: string[] = [];
  for (const command of commands) {
    wire.send(`${command}\r\n`);
    replies.push((await wire.line()) ?? "closed");
  }
  return replies;
}

/** The answer to CAPA: its first line, and the lines of the list. */
export async function listed(wire: Wire): Promise<readonly string[]> {
  const [first = ""] = await said(wire, "CAPA");
  if (!first.startsWith("+OK")) return [first];
  return [first, ...(await wire.body())];
}

/** What a server sends to whoever says certain lines at once: octets as they come, and how it ended. */
export interface Heard {
  text: string;
  chunks: string[];
  end: "close" | "reset" | "open";
}

/** Longer than what would come too much needs to come; a slow machine sees less of it, and never something wrong. */
const QUIET_MS = 30;

/** Sends all of it at once, and listens until all is `there` (10 s at most), and a moment longer for what should not come. */
export async function heard(port: number, sent: string, there: (heard: Heard) => boolean): Promise<Heard> {
  const socket = connect({ port, host: "127.0.0.1" });
  const all: Heard = { text: "", chunks: [], end: "open" };
  socket.on("data", (chunk: Buffer) => {
    all.text += chunk.toString("latin1");
    all.chunks.push(chunk.toString("latin1"));
  });
  socket.on("error", () => (all.end = "reset"));
  socket.on("end", () => (all.end = "close"));
  socket.write(sent, "latin1");
  const deadline = Date.now() + 10_000;
  while (!there(all) && Date.now() < deadline) await wait(2);
  await wait(QUIET_MS);
  socket.destroy();
  return all;
}
