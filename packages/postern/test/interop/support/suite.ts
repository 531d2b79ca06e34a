// What every client has to do: fetch all messages in the clear, after STLS and inside TLS, each octet for octet; delete
// what it has fetched; and bear that another session has the maildrop. A client's own file says how it is told to.
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { canonical, difference } from "./canonical.js";
import { messages } from "./messages.js";
import { absence } from "./program.js";
import type { Ended } from "./program.js";
import { startServer } from "./server.js";
import type { Server } from "./server.js";

/** In the clear, in TLS after STLS, in TLS from the first octet. */
export type Way = "plain" | "stls" | "tls";

/** One run of a client. */
export interface Visit {
  readonly server: Server;
  readonly way: Way;
  readonly user: string;
  /** What the client should leave behind on the server. */
  readonly after: "keep" | "delete";
  /** An empty folder of its own. */
  readonly folder: string;
}

/** What a client makes of messages on their way from the network to the disk: its own doing, and known. */
export interface Change {
  readonly why: string;
  /** From the canonical form to what arrives; the same octets where the change does not concern the message. */
  made(octets: Buffer): Buffer;
}

export interface Client {
  readonly name: string;
  /** The programs that it takes. */
  readonly programs: readonly string[];
  readonly ways: readonly Way[];
  /** The line ends of what it writes. */
  readonly lineEnds: "CRLF" | "LF";
  /** What it puts in front of every message or of some; no message of ours begins like that. */
  readonly adds?: RegExp;
  readonly changes: readonly Change[];
  /** Messages that it cannot carry at all, by name, with the reason. */
  readonly beyond?: Readonly<Record<string, string>>;
  /** How it ends and what it prints when the maildrop is in use. */
  readonly inUse: { readonly status: number; readonly says: RegExp };
  run(visit: Visit): Promise<Ended>;
  /** The messages that are in the folder after a run, in the order of the maildrop. */
  received(folder: string): readonly Buffer[];
}

/** The script of a delivery agent that keeps each message as it gets it, in a file per message: `sh FILE FOLDER`. */
export function storeScript(folder: string): string {
  const file = join(folder, "store.sh");
  writeFileSync(file, 'mkdir -p "$1" && cat > "$1/$(printf %04d "$(ls "$1" | wc -l)")"\n');
  return file;
}

/** The files of a folder in the order of their names. */
export function filesIn(folder: string): readonly Buffer[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .toSorted()
    .map((name) => readFileSync(join(folder, name)));
}

/** What arrived of a message, if the client did to it what it is known to do; null, or a sentence about what differs. */
function fault(client: Client, message: Buffer, written: Buffer): string | null {
  const sent = client.changes.reduce((octets, { made }) => made(octets), canonical(message));
  const text = client.lineEnds === "CRLF" ? latin1(written) : latin1(written).replaceAll("\n", "\r\n");
  return difference(sent, Buffer.from(client.adds === undefined ? text : text.replace(client.adds, ""), "latin1"));
}

/** A change that is made to the text of a message, an octet being a character. */
export function change(why: string, edit: (text: string) => string): Change {
  return { why, made: (octets) => Buffer.from(edit(latin1(octets)), "latin1") };
}

/** What most mail programs do to a message without a whole header: they keep it as a header and a body. */
export const headerCompleted: Change = change("a header without an empty line behind it gets one", (text) =>
  /^\r\n|\r\n\r\n/.test(text) ? text : `${text}\r\n`,
);

const latin1 = (octets: Buffer): string => octets.toString("latin1");

/** The tests of a client; one that is skipped, with the reason, where a program is missing. */
export function interop(client: Client): void {
  const missing = client.programs.map(absence).find((reason) => reason !== null);
  if (missing === undefined) tried(client);
  else untried(client, missing);
}

function untried({ name }: Client, reason: string): void {
  test(name, ({ skip }) => skip(reason));
}

function tried(client: Client): void {
  let server: Server;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(async () => server.stop());
  const visit = (way: Way, user: string, after: Visit["after"]): Visit => {
    return { server, way, user, after, folder: mkdtempSync(join(server.folder, "client-")) };
  };

  const { beyond = {} } = client;
  for (const [name, reason] of Object.entries(beyond)) test(`${client.name}: ${name}`, ({ skip }) => skip(reason));
  const carried = [...messages].filter(([name]) => beyond[name] === undefined);

  describe(`${client.name} fetches every message`, () => {
    beforeAll(async () =>
      server.addUser(
        "reader",
        carried.map(([, octets]) => octets),
      ),
    );

    test.each(client.ways)("%s", async (way) => {
      const run = visit(way, "reader", "keep");
      const { status, output } = await client.run(run);
      expect(status, output).toBe(0);
      const received = client.received(run.folder);
      expect(received.length, output).toBe(carried.length);
      const faults = carried.flatMap(([name, octets], position) => {
        const problem = fault(client, octets, received[position] ?? Buffer.alloc(0));
        return problem === null ? [] : [`${name}: ${problem}`];
      });
      expect(faults).toEqual([]);
      expect(await server.messageCount("reader")).toBe(carried.length);
    });
  });

  test.each(client.changes)(`${client.name} changes something, and only where it must: $why`, ({ made }) => {
    const concerned = carried.filter(([, octets]) => !made(canonical(octets)).equals(canonical(octets)));
    expect(concerned.length).toBeGreaterThan(0);
  });

  test(`${client.name} leaves an empty maildrop where it is told to delete`, async () => {
    const few = carried.slice(0, 5).map(([, octets]) => octets);
    await server.addUser("mover", few);
    const run = visit(client.ways[0] ?? "plain", "mover", "delete");
    const { status, output } = await client.run(run);
    expect(status, output).toBe(0);
    expect(client.received(run.folder).length).toBe(few.length);
    expect(await server.messageCount("mover")).toBe(0);
  });

  describe(`${client.name} while another session has the maildrop`, () => {
    let session: Socket;
    beforeAll(async () => {
      await server.addUser(
        "busy",
        carried.slice(0, 2).map(([, octets]) => octets),
      );
      session = await server.occupy("busy");
    });
    afterAll(() => session.destroy());

    test("is told so, and fetches when it is free", async () => {
      const run = visit(client.ways[0] ?? "plain", "busy", "keep");
      const { status, output } = await client.run(run);
      expect(output).toMatch(client.inUse.says);
      expect(status, output).toBe(client.inUse.status);
      expect(client.received(run.folder)).toEqual([]);
      session.destroy();
      const fetched = async (): Promise<number> => {
        await client.run(run);
        return client.received(run.folder).length;
      };
      await expect.poll(fetched, { timeout: 20_000 }).toBe(2);
    });
  });
}
