// Faults that show over a whole session, or over several: greetings, deletions, unique-ids, and what pipelining makes of them.
// What one reply becomes is in `faults.test.ts`.
import { Buffer } from "node:buffer";
import { connect } from "node:net";
import { CommandRefused, Pop3Client, TransportLost } from "@postern/pop3/client";
import { startTestServer, type Fault } from "@postern/pop3/testing";
import { expect, test } from "vitest";
import { heard, stage } from "./stage.js";

test("a long greeting, and a session behind it", async () => {
  await using server = await startTestServer({ faults: [{ fault: "long-greeting", octets: 2000 }] });
  const { text } = await heard(server.port, "CAPA\r\n", (so) => so.text.endsWith("\r\n.\r\n"));
  expect(text).toMatch(/^\+OK x{1994}\r\n\+OK capability/);
});

test("a greeting without end comes for as long as somebody reads it", async () => {
  await using server = await startTestServer({ faults: [{ fault: "long-greeting", octets: "endless" }] });
  const { text, end } = await heard(server.port, "", (so) => so.text.length > 4_000_000);
  expect([text.slice(0, 8), text.includes("\n"), end]).toEqual(["+OK xxxx", false, "open"]);
  await server.ended();
});

test("silence, and a session that ends when its client goes", async () => {
  await using server = await startTestServer({ faults: [{ fault: "silent" }] });
  const { text, end } = await heard(server.port, "CAPA\r\n", () => true);
  expect([text, end]).toEqual(["", "open"]);
  await server.ended();
  expect(server.sessions[0]!.dialog()).toBe("C: CAPA\nS: <closed>");
});

test("any other greeting", async () => {
  await using server = await startTestServer({ faults: [{ fault: "reply", on: "greeting", text: "-ERR full" }] });
  expect((await heard(server.port, "", (so) => so.text.endsWith("\n"))).text).toBe("-ERR full\r\n");
});

/** What is left of three messages when a session has deleted the first two and said `end`, and what that was answered. */
async function leftAfter(faults: readonly Fault[], end: string): Promise<unknown> {
  await using set = await stage(faults);
  const wire = await set.login();
  wire.send("DELE 1\r\nDELE 2\r\n");
  expect([await wire.line(), await wire.line()]).toEqual([
    expect.stringMatching(/^\+OK/),
    expect.stringMatching(/^\+OK/),
  ]);
  if (end !== "") wire.send(`${end}\r\n`);
  else wire.close();
  const answered = end === "" ? null : await wire.line();
  wire.close();
  await set.server.ended();
  return [answered?.slice(0, 3) ?? null, set.server.maildrops.messages("alice").map(({ uniqueId }) => uniqueId)];
}

const ALL = ["message-1", "message-2", "message-3"];
const LAST = ["message-3"];

const deletions: readonly (readonly [faults: readonly Fault[], end: string, outcome: unknown])[] = [
  [[], "QUIT", ["+OK", LAST]],
  [[], "", [null, ALL]],
  [[{ fault: "uncommitted-deletion" }], "QUIT", ["+OK", ALL]],
  [[{ fault: "uncommitted-deletion", session: 2 }], "QUIT", ["+OK", LAST]],
  [[{ fault: "early-deletion" }], "", [null, LAST]],
  [[{ fault: "early-deletion" }], "QUIT", ["+OK", LAST]],
  [[{ fault: "early-deletion", params: "2" }], "RSET", ["+OK", ["message-1", "message-3"]]],
  [[{ fault: "early-deletion" }, { fault: "drop", on: "QUIT", carriedOut: false }], "QUIT", [null, LAST]],
  [[{ fault: "drop", on: "QUIT" }], "QUIT", [null, LAST]],
  [[{ fault: "drop", on: "QUIT", carriedOut: false }], "QUIT", [null, ALL]],
  [[{ fault: "reset", on: "QUIT" }], "QUIT", [null, LAST]],
  [[{ fault: "refused", on: "QUIT", code: "SYS/TEMP" }], "QUIT", ["-ER", ALL]],
];

test.each(deletions)("what is deleted: %j, %s", async (faults, end, outcome) => {
  expect(await leftAfter(faults, end)).toEqual(outcome);
});

test("unique-ids that each session finds changed", async () => {
  await using set = await stage([{ fault: "changed-unique-ids" }]);
  const seen: (string | null)[] = [];
  for (let session = 1; session <= 2; session++) {
    const wire = await set.login();
    wire.send("UIDL 1\r\n");
    seen.push(await wire.line());
    wire.close();
    await set.server.ended();
  }
  expect(seen).toEqual(["+OK 1 1-message-1", "+OK 1 2-message-1"]);
});

test("the maildrop is free at once where the server has hung up", async () => {
  await using set = await stage([{ fault: "drop", on: "STAT", times: 1 }]);
  const first = await set.login();
  first.send("STAT\r\n");
  expect(await first.line()).toBeNull();
  const second = await set.login();
  second.send("STAT\r\n");
  expect(await second.line()).toBe("+OK 3 280");
});

test("a thousand pipelined commands and a large message pass as they are", async () => {
  const large = `Subject: large\r\n\r\n${"x".repeat(70)}\r\n`.padEnd(5_000_000, `${"y".repeat(70)}\r\n`);
  await using server = await startTestServer({ messages: [large] });
  const commands = `USER alice\r\nPASS secret\r\n${"NOOP\r\n".repeat(1000)}RETR 1\r\nQUIT\r\n`;
  const { text, end } = await heard(server.port, commands, (so) => so.end === "close");
  expect(text.split("\r\n").slice(3, 1004)).toEqual([...Array.from({ length: 1000 }, () => "+OK"), expect.any(String)]);
  expect(text).toMatch(/yyy\r\n\.\r\n\+OK bye\r\n$/);
  expect([text.length > 5_000_000, end]).toEqual([true, "close"]);
});

test("more is not read than may wait behind a command that stalls", async () => {
  await using server = await startTestServer({ faults: [{ fault: "stall", on: "NOOP" }] });
  const socket = connect(server.port, "127.0.0.1");
  const line = Buffer.from("NOOP\r\n".repeat(20_000));
  let taken = 0;
  for (let round = 0; round < 200; round++) {
    if (!socket.write(line, () => (taken += line.length))) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const [session] = server.sessions;
  await expect.poll(() => session!.chunks.length > 0).toBe(true);
  const recorded = session!.chunks.reduce((sum, { octets }) => sum + octets.length, 0);
  expect(recorded).toBeLessThan(1024 * 1024);
  expect(taken).toBeLessThan(200 * line.length);
  socket.destroy();
});

test("swapped replies where the next command is refused, or the last one", async () => {
  await using set = await stage([{ fault: "reordered", on: "STAT" }]);
  const wire = await set.login();
  wire.send("STAT\r\nX-Y\r\nSTAT\r\nQUIT\r\n");
  const lines = [await wire.line(), await wire.line(), await wire.line(), await wire.line(), await wire.line()];
  expect(lines).toEqual([expect.stringMatching(/^-ERR/), "+OK 3 280", "+OK bye", "+OK 3 280", null]);
});

test("split is seen in the chunks, octet by octet in more of them", async () => {
  for (const [fault, pieces] of [
    [{ fault: "split", on: "CAPA", at: [3, 10, -3] }, ["+OK", " capabi", ".\r\n"]],
    [{ fault: "octet-by-octet", on: "CAPA", pauseMs: 1 }, ["+", "O", "K"]],
  ] satisfies [Fault, string[]][]) {
    await using server = await startTestServer({ faults: [fault] });
    await heard(server.port, "CAPA\r\n", (so) => so.text.endsWith("\r\n.\r\n"));
    const sent = server.sessions[0]!.chunks.map(({ octets }) => Buffer.from(octets).toString());
    expect(sent).toEqual(expect.arrayContaining(pieces));
  }
});

test("a delay lies between the command and its reply, and behind it nothing is late", async () => {
  await using server = await startTestServer({ faults: [{ fault: "delay", on: "NOOP", ms: 50 }] });
  await heard(server.port, "NOOP\r\nCAPA\r\n", (so) => so.text.endsWith("\r\n.\r\n"));
  const [asked, refused, listed] = server.sessions[0]!.lines.filter(({ text }) => /^(NOOP|-ERR|TOP)/.test(text));
  // A timer may fire a millisecond early.
  expect(refused!.atMs - asked!.atMs).toBeGreaterThanOrEqual(49);
  expect(listed!.atMs).toBeGreaterThanOrEqual(refused!.atMs);
});

test("pipelined commands that are lost", async () => {
  await using set = await stage([{ fault: "lost-pipelined", on: "STAT", nth: 1 }]);
  const wire = await set.login();
  wire.send("STAT\r\nNOOP\r\nLIST 1\r\n");
  expect(await wire.line()).toBe("+OK 3 280");
  wire.send("STAT\r\nNOOP\r\n");
  expect([await wire.line(), await wire.line()]).toEqual(["+OK 3 280", "+OK"]);
});

test("a session that ends where nothing is asked", async () => {
  await using set = await stage([{ fault: "autologout", ms: 60 }]);
  const wire = await set.login();
  const [session] = set.server.sessions;
  wire.send("DELE 1\r\nNOOP\r\n");
  expect([await wire.line(), await wire.line(), await wire.line()]).toEqual([expect.any(String), "+OK", null]);
  expect(set.server.maildrops.messages("alice")).toHaveLength(3);
  expect(session!.ended).toBe(true);
  // The greeting has no command to wait for either.
  const silent = await set.greeted();
  expect(await silent.line()).toBeNull();
});

test("a session in which something is asked does not end", async () => {
  await using set = await stage([{ fault: "autologout", on: "greeting", ms: 1000 }]);
  const wire = await set.login();
  await new Promise((resolve) => setTimeout(resolve, 1050));
  wire.send("NOOP\r\n");
  expect(await wire.line()).toBe("+OK");
});

test("two sessions in one maildrop", async () => {
  await using honest = await stage([]);
  await honest.login();
  const refused = await honest.greeted();
  refused.send("USER alice\r\nPASS secret\r\n");
  expect([await refused.line(), await refused.line()]).toEqual([
    "+OK the password is expected next",
    expect.stringMatching(/^-ERR \[IN-USE\]/),
  ]);
  await using set = await stage([{ fault: "shared-maildrop" }]);
  const first = await set.login();
  const second = await set.login();
  first.send("DELE 1\r\n");
  second.send("DELE 1\r\nDELE 2\r\nRETR 3\r\n");
  await first.line();
  for (let line = 1; line <= 3; line++) expect(await second.line()).toMatch(/^\+OK/);
  await second.body();
  first.send("QUIT\r\n");
  expect(await first.line()).toBe("+OK bye");
  expect(set.server.maildrops.messages("alice")).toHaveLength(2);
  second.send("QUIT\r\n");
  expect(await second.line()).toBe("+OK bye");
  expect(set.server.maildrops.messages("alice").map(({ uniqueId }) => uniqueId)).toEqual(["message-3"]);
});

test.each(["SCRAM-SHA-256", "PLAIN"])("faults in a login by %s strike its last reply", async (method) => {
  await using server = await startTestServer({
    faults: [
      { fault: "delay", on: "AUTH", ms: 5, session: 1 },
      { fault: "refused", on: "AUTH", code: "IN-USE", session: 2 },
      { fault: "drop", on: "AUTH", session: 3 },
    ],
  });
  const login = async (): Promise<string> => {
    const auth = { user: "alice", password: "secret", methods: [method], cleartext: true };
    const client = await Pop3Client.connect({ host: server.host, port: server.port, tls: "none", auth });
    await client.quit();
    return client.loginMethod ?? "";
  };
  expect(await login()).toBe(method);
  await expect(login()).rejects.toThrow(CommandRefused);
  await expect(login()).rejects.toThrow(TransportLost);
  await server.ended();
  expect(server.sessions.map(({ user }) => user)).toEqual(["alice", null, "alice"]);
  // What the client said in the exchange is masked line by line.
  expect(server.sessions[2]!.commands.join("\n")).toMatch(/^CAPA\nAUTH [A-Z0-9-]+( \*{4})?(\n\*{4})*$/);
});
