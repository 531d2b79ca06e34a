// LMTP as a destination, against smtp-server and against servers that misbehave: exact octets, one connection for many messages, which
// failures are for now and which for good, and that nothing is recorded but what was answered 250.
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { join } from "node:path";
import { SMTPServer } from "smtp-server";
import type { SMTPServerOptions } from "smtp-server";
import { expect, onTestFinished, test, vi } from "vitest";
import type { Destination } from "../../src/sync/destination.js";
import { openDestination } from "../../src/sync/open-destination.js";
import type { OpenOptions } from "../../src/sync/open-destination.js";
import { openAccountState } from "../../src/sync/state.js";
import type { AccountState } from "../../src/sync/state.js";
import { account, facts, pieces, textOf, tortures, workplace } from "./workplace.js";

interface Received {
  readonly text: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly session: string;
}

/** A right server, which keeps what it gets; `onData` may refuse afterwards. */
async function lmtpServer(options: SMTPServerOptions = {}, refusal?: () => Error | null) {
  const received: Received[] = [];
  const broken: string[] = [];
  const server = new SMTPServer({
    lmtp: true,
    authOptional: true,
    disabledCommands: ["AUTH"],
    logger: false,
    onData(stream, session, callback) {
      const keep = async (): Promise<void> => {
        const text = await textOf(stream);
        const { mailFrom, rcptTo } = session.envelope;
        const to = rcptTo.map(({ address }) => address);
        received.push({ text, from: mailFrom === false ? "" : mailFrom.address, to, session: session.id });
        const reply = refusal?.() ?? `2.1.5 kept ${received.length}`;
        callback(
          null,
          rcptTo.map(() => reply),
        );
      };
      keep().catch((error: unknown) => broken.push(String(error)));
    },
    ...options,
  });
  server.on("error", () => undefined);
  const listening = server.listen(0, "127.0.0.1");
  await once(listening, "listening");
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { received, broken, port: (listening.address() as AddressInfo).port };
}

/** A server that says what the test says; `talk` gets each line, and octets of DATA as lines too. */
async function rawServer(talk: (line: string, socket: Socket, connection: number) => void): Promise<number> {
  let connections = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const connection = ++connections;
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.write("220 ready\r\n");
    let rest = "";
    socket.on("data", (chunk: Buffer) => {
      const lines = (rest + chunk.toString("latin1")).split("\r\n");
      rest = lines.pop()!;
      for (const line of lines) talk(line, socket, connection);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** Answers as a server does that takes everything; null where the test answers. */
function usual(line: string, socket: Socket): void {
  if (line.startsWith("LHLO")) socket.write("250 here\r\n");
  else if (/^(MAIL|RCPT|QUIT)/.test(line)) socket.write("250 fine\r\n");
  else if (line === "DATA") socket.write("354 go on\r\n");
}

async function opened(
  port: number,
  options: Partial<OpenOptions> = {},
): Promise<{ readonly destination: Destination; readonly state: AccountState }> {
  const statePath = join(workplace(), "fetch.sqlite");
  const state = openAccountState(statePath, account);
  const text = `lmtp://127.0.0.1:${port}/mia@example.net`;
  const destination = await openDestination(text, { ledger: state, statePath, ...options });
  onTestFinished(async () => {
    await destination.close();
    state.close();
  });
  return { destination, state };
}

test("many messages go over one connection, each recorded when it is answered", async () => {
  const { received, port } = await lmtpServer();
  const { destination, state } = await opened(port);
  for (let number = 1; number <= 20; number++) {
    const text = `Subject: ${number}\r\n\r\n.\r\n`;
    await destination.deliver(pieces(text), facts(`${number}`, text.length));
    expect([state.isFetched(`${number}`), state.count]).toEqual([true, number]);
  }
  await destination.flush();
  expect(received.map(({ text }) => text)).toEqual(
    Array.from({ length: 20 }, (_, before) => `Subject: ${before + 1}\r\n\r\n.\r\n`),
  );
  expect(new Set(received.map(({ session }) => session)).size).toBe(1);
  expect(received[0]).toMatchObject({ from: "", to: ["mia@example.net"] });
  await destination.close();
  await expect(destination.deliver(pieces("x"), facts("x"))).rejects.toMatchObject({ kind: "refused" });
});

test.each(Object.entries(tortures))(
  "octets arrive as they came, and lines end as SMTP needs it: %s",
  async (_, text) => {
    const { received, port } = await lmtpServer();
    const { destination } = await opened(port);
    for (const octets of [1_000, 65_536]) await destination.deliver(pieces(text, octets), facts("1"));
    const lines = text.replaceAll(/\r\n|\r|\n/g, "\r\n");
    const arrived = lines.endsWith("\r\n") ? lines : `${lines}\r\n`;
    expect(received.map((message) => message.text === arrived)).toEqual([true, true]);
  },
);

test("a server with STARTTLS is talked to in secret, whatever its certificate says", async () => {
  const secured = vi.fn<(protocol: unknown) => void>();
  const { port } = await lmtpServer({
    onSecure: (_socket, session, callback) => {
      secured(session.secure);
      callback();
    },
  });
  const { destination, state } = await opened(port);
  await destination.deliver(pieces("x\r\n"), facts("1"));
  expect(secured).toHaveBeenCalledWith(true);
  expect(state.count).toBe(1);
});

test.each([
  [451, "temporary", "try again later: 451"],
  [552, "permanent", "the message was refused for good: 552"],
])("a message answered %d after its end is %s, and the next one goes on", async (responseCode, kind, sentence) => {
  const replies = [Object.assign(new Error("no thanks"), { responseCode }), null];
  const { received, port } = await lmtpServer({}, () => replies.shift() ?? null);
  const { destination, state } = await opened(port);
  await expect(destination.deliver(pieces("1\r\n"), facts("1"))).rejects.toMatchObject({
    name: "DestinationFailure",
    kind,
    message: expect.stringContaining(`lmtp://127.0.0.1:${port}/mia@example.net: ${sentence}`),
  });
  await destination.deliver(pieces("2\r\n"), facts("2"));
  expect([state.isFetched("1"), state.isFetched("2")]).toEqual([false, true]);
  expect(new Set(received.map(({ session }) => session)).size).toBe(1);
});

test.each([
  [450, "temporary"],
  [550, "refused"],
])("a recipient answered %d is %s, and no octet of the message was read", async (responseCode, kind) => {
  let refusing = true;
  const { port, broken } = await lmtpServer({
    onRcptTo: (_address, _session, callback) => {
      callback(refusing ? Object.assign(new Error("who is that"), { responseCode }) : null);
    },
  });
  const { destination, state } = await opened(port);
  let read = false;
  const unread = async function* (): AsyncGenerator<Uint8Array> {
    read = true;
    yield Buffer.from("x");
  };
  await expect(destination.deliver(unread(), facts("1"))).rejects.toMatchObject({
    kind,
    message: expect.stringContaining("who is that"),
  });
  expect([read, state.count]).toEqual([false, 0]);
  refusing = false;
  await destination.deliver(pieces("2\r\n"), facts("2"));
  expect(state.isFetched("2")).toBe(true);
  expect(broken).toEqual([]);
});

test("a message larger than the server takes is refused for good before it is sent", async () => {
  const { received, port } = await lmtpServer({ size: 1_000 });
  const { destination } = await opened(port);
  await expect(destination.deliver(pieces("x"), facts("1", 2_000))).rejects.toMatchObject({
    kind: "permanent",
    message: expect.stringContaining("larger than the server takes"),
  });
  await destination.deliver(pieces("x"), facts("2", 100));
  expect(received).toHaveLength(1);
});

test("a message that cannot be read to its end is never ended on the wire", async () => {
  const lines: string[] = [];
  const port = await rawServer((line, socket) => {
    lines.push(line);
    usual(line, socket);
    if (line === ".") socket.write("250 kept\r\n");
  });
  const { destination, state } = await opened(port);
  const broken = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from("Subject: half\r\n\r\n");
    await new Promise((resolve) => setTimeout(resolve, 20));
    throw new Error("connection to the maildrop was lost");
  };
  await expect(destination.deliver(broken(), facts("1"))).rejects.toThrow("connection to the maildrop was lost");
  await destination.deliver(pieces("whole\r\n"), facts("2"));
  expect([state.isFetched("1"), state.isFetched("2")]).toEqual([false, true]);
  expect(lines.filter((line) => line === ".")).toHaveLength(1);
  expect(lines.indexOf(".")).toBeGreaterThan(lines.indexOf("whole"));
});

test("a delivery is given up at once when the signal says so", async () => {
  const port = await rawServer((line, socket) => usual(line, socket));
  const { destination, state } = await opened(port);
  for (const stuck of ["before the end", "after the end"]) {
    const controller = new AbortController();
    const octets = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from("x\r\n");
      setTimeout(() => controller.abort(new Error("enough")), 50);
      if (stuck === "before the end") await new Promise(() => undefined);
    };
    const delivery = destination.deliver(octets(), facts(stuck), { signal: controller.signal });
    await expect(delivery).rejects.toThrow("enough");
  }
  expect(state.count).toBe(0);
});

test.each([
  ["instead of a greeting", /^$/],
  ["after LHLO", /^LHLO/],
  ["after RCPT", /^RCPT/],
  ["after DATA", /^DATA/],
  ["in the middle of the message", /^half/],
  ["instead of the last reply", /^\.$/],
])("a connection that is dropped %s is temporary, and nothing is recorded", async (_, when) => {
  const port =
    when.source === "^$"
      ? await silentServer()
      : await rawServer((line, socket) => {
          if (when.test(line)) socket.destroy();
          else usual(line, socket);
        });
  const { destination, state } = await opened(port);
  const text = `half\r\n${"x\r\n".repeat(100_000)}`;
  await expect(destination.deliver(pieces(text), facts("1"))).rejects.toMatchObject({
    name: "DestinationFailure",
    kind: "temporary",
    message: expect.stringContaining("try again later"),
  });
  expect(state.count).toBe(0);
});

/** Closes each connection at once. */
async function silentServer(): Promise<number> {
  const server = createServer((socket) => socket.destroy());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

test("a 250 that is lost on its way leaves the message unrecorded: it is delivered again, and never lost", async () => {
  const kept: number[] = [];
  const port = await rawServer((line, socket, connection) => {
    usual(line, socket);
    if (line !== ".") return;
    kept.push(connection);
    if (connection === 1) socket.destroy();
    else socket.write("250 kept\r\n");
  });
  const { destination, state } = await opened(port);
  await expect(destination.deliver(pieces("x\r\n"), facts("1"))).rejects.toMatchObject({ kind: "temporary" });
  expect(state.isFetched("1")).toBe(false);
  await destination.deliver(pieces("x\r\n"), facts("1"));
  expect(state.isFetched("1")).toBe(true);
  expect(kept).toEqual([1, 2]);
});

test("a connection that the server has closed meanwhile is opened again", async () => {
  const farewells: ((socket: Socket) => void)[] = [
    (socket) => socket.end("421 idle too long\r\n"),
    (socket) => socket.end(),
    (socket) => socket.destroy(),
  ];
  for (const farewell of farewells) {
    for (const waitMs of [0, 50]) {
      const port = await rawServer((line, socket) => {
        usual(line, socket);
        if (line !== ".") return;
        socket.write("250 kept\r\n", () => farewell(socket));
      });
      const { destination, state } = await opened(port);
      for (const uniqueId of ["1", "2", "3"]) {
        await destination.deliver(pieces("x\r\n"), facts(uniqueId));
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
      expect(state.count).toBe(3);
    }
  }
});

test("an answer before the end of the message is not believed", async () => {
  const port = await rawServer((line, socket) => {
    usual(line, socket);
    if (line === "half") socket.write("250 kept\r\n");
  });
  const { destination, state } = await opened(port);
  const long = async function* (): AsyncGenerator<Uint8Array> {
    for (let count = 0; count < 10_000; count++) {
      yield Buffer.from("half\r\n".repeat(10_000));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
  await expect(destination.deliver(long(), facts("1"))).rejects.toMatchObject({
    kind: "temporary",
    message: expect.stringContaining("answered before the message was sent"),
  });
  expect(state.count).toBe(0);
});

test.each([
  ["says nothing at all", () => undefined],
  ["trickles a reply that never ends", (socket: Socket) => socket.write("250-more\r\n")],
])("a server that %s is given up", async (_, say) => {
  for (const when of ["LHLO", "RCPT", "."]) {
    let timer: NodeJS.Timeout | undefined;
    const port = await rawServer((line, socket) => {
      if (line.startsWith(when)) timer = setInterval(() => say(socket), 20);
      else usual(line, socket);
    });
    onTestFinished(() => clearInterval(timer));
    const { destination, state } = await opened(port, {
      lmtpDeadlines: { connectMs: 300, greetingMs: 300, idleMs: 300 },
    });
    await expect(destination.deliver(pieces("x\r\n"), facts("1")), when).rejects.toMatchObject({
      kind: "temporary",
      message: expect.stringContaining("the server did not answer in time"),
    });
    clearInterval(timer);
    expect(state.count).toBe(0);
  }
});

test("a server that is not there is temporary, and is asked for nothing where there is no mail", async () => {
  const port = await silentServer();
  const unused = await opened(port);
  await unused.destination.flush();
  await unused.destination.close();
  const { destination } = await opened(1);
  await expect(destination.deliver(pieces("x"), facts("1"))).rejects.toMatchObject({
    kind: "temporary",
    message: expect.stringMatching(/lmtp:\/\/127\.0\.0\.1:1\/mia@example\.net: .*ECONNREFUSED.*; try again later/),
  });
});

test("a greeting that refuses is said", async () => {
  const server = createServer((socket) => void socket.end("554 \x1b[31mgo away\r\n"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { destination } = await opened((server.address() as AddressInfo).port);
  await expect(destination.deliver(pieces("x"), facts("1"))).rejects.toMatchObject({
    kind: "refused",
    message: expect.stringMatching(/was refused: 554 \[31mgo away$|was refused: 554 {2}\[31mgo away$/),
  });
});
