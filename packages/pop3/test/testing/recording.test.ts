// What a test server records: lines, commands and dialogs, secrets masked, and dialogs that can be played again.
// The language of dialogs is `../protocol/dialog.test.ts`'s.
import { Buffer } from "node:buffer";
import { Pop3Client } from "@postern/pop3/client";
import { parseDialog, playDialog, startTestServer, Wire, type Fault } from "@postern/pop3/testing";
import { expect, test } from "vitest";
import { heard, stage } from "./stage.js";

test("a session reads as a dialog", async () => {
  await using server = await startTestServer({ messages: ["Subject: one\n\n.\n"] });
  const client = await Pop3Client.connect({
    host: server.host,
    port: server.port,
    tls: "none",
    auth: { user: "alice", password: "secret", methods: ["USER"], cleartext: true },
  });
  await client.quit();
  await server.ended();
  const [session] = server.sessions;
  expect(session).toMatchObject({ number: 1, secure: false, user: "alice", ended: true, truncated: false });
  expect(session!.commands).toEqual(["CAPA", "USER alice", "PASS ****", "CAPA", "QUIT"]);
  expect(session!.dialog()).toBe(`S: +OK POP3 server ready
C: CAPA
S: +OK capability list follows
S: TOP
S: USER
S: SASL SCRAM-SHA-256 SCRAM-SHA-1 PLAIN
S: RESP-CODES
S: PIPELINING
S: EXPIRE NEVER
S: UIDL
S: IMPLEMENTATION Postern
S: STLS
S: AUTH-RESP-CODE
S: UTF8
S: LANG
S: .
C: USER alice
C: PASS ****
S: +OK the password is expected next
S: +OK the maildrop is open; messages: 1, octets: 19
C: CAPA
S: +OK capability list follows
S: TOP
S: USER
S: SASL SCRAM-SHA-256 SCRAM-SHA-1 PLAIN
S: RESP-CODES
S: PIPELINING
S: EXPIRE NEVER
S: UIDL
S: IMPLEMENTATION Postern
S: AUTH-RESP-CODE
S: UTF8
S: LANG
S: .
C: QUIT
S: +OK bye
S: <closed>`);
  expect(session!.lines.every(({ atMs }, index, all) => atMs >= (all[index - 1]?.atMs ?? 0))).toBe(true);
});

/** Everything that a dialog has to write in a special way. */
const ODD = "Subject: a*b\\*c\\x41 \t \xff\n\n...\n<closed>\n...\n \n  two spaces \n\x00\x7f";

test("a recorded dialog can be played against the honest server again", async () => {
  const options = { messages: [Buffer.from(ODD, "latin1")] };
  await using server = await startTestServer(options);
  const sent = [
    "user alice\r\nPASS secret\r\nSTAT\nRETR 1\r\nTOP 1 0\r\n",
    "X*Y\r\nNO\tOP\r\nNOOP \\ \r\n\r\nNOOP\0\r\nNO\rOP\r\nN\xffOP\r\nLIST\r\nQUIT\r\n",
  ];
  await heard(server.port, sent.join(""), (so) => so.end === "close");
  await server.ended();
  const dialog = server.sessions[0]!.dialog({ secrets: "shown" });
  expect(dialog).toContain(String.raw`S: Subject: a\*b\x5C\*c\x5Cx41 \x09 \xFF`);
  expect(dialog).toContain("C- STAT\\n");
  await using again = await startTestServer(options);
  const wire = await Wire.connect({ port: again.port });
  await playDialog(parseDialog(dialog), wire);
  await again.ended();
  expect(again.sessions[0]!.dialog({ secrets: "shown" })).toBe(dialog);
  // What the dialog says is what must come: another message is noticed.
  await using other = await startTestServer({ messages: [ODD.replace("a*b", "aXb")] });
  await expect(playDialog(parseDialog(dialog), await Wire.connect({ port: other.port }))).rejects.toThrow(/expected/);
});

test("secrets are masked wherever they are", async () => {
  const faults: Fault[] = [{ fault: "reply", on: "PASS", text: "-ERR secret words is wrong", session: 1 }];
  await using set = await stage(faults, { accounts: { alice: "secret words" }, sharedSecrets: true });
  const plain = Buffer.from("\0alice\0secret words").toString("base64");
  const wire = await set.greeted();
  wire.send(`USER alice\r\nPASS secret words\r\nAPOP alice 0123456789abcdef\r\n`);
  for (let line = 1; line <= 3; line++) await wire.line();
  wire.send(`AUTH PLAIN ${Buffer.from("\0alice\0wrong").toString("base64")}\r\n`);
  await wire.line();
  wire.send("AUTH PLAIN\r\n");
  await wire.line();
  wire.send(`${plain}\r\n`);
  await wire.line();
  wire.send("AUTH\r\nPASS\r\nQUIT\r\n");
  for (let line = 1; line <= 3; line++) await wire.line();
  await set.server.ended();
  const [session] = set.server.sessions;
  expect(session!.commands).toEqual([
    "USER alice",
    "PASS ****",
    "APOP alice ****",
    "AUTH PLAIN ****",
    "AUTH PLAIN",
    "****",
    "AUTH",
    "PASS",
    "QUIT",
  ]);
  expect(session!.dialog()).toContain("S: -ERR **** is wrong");
  for (const text of [session!.dialog(), JSON.stringify(session!.lines)]) {
    expect(text).not.toMatch(/secret words|0123456789abcdef/);
    expect(text).not.toContain(plain);
  }
  expect(session!.dialog({ secrets: "shown" })).toContain("C: PASS secret words\n");
});

test("sessions under TLS and several at a time are recorded apart", async () => {
  await using set = await stage([]);
  const first = await set.login();
  const second = await set.greeted(true);
  second.send("NOOP\r\n");
  await second.line();
  first.close();
  await expect.poll(() => set.server.sessions[0]!.ended).toBe(true);
  expect(set.server.sessions.map(({ secure, user, ended }) => [secure, user, ended])).toEqual([
    [false, "alice", true],
    [true, null, false],
  ]);
  expect(set.server.sessions[1]!.dialog()).toMatch(/^S: \+OK POP3 server ready\nC: NOOP\nS: -ERR .*$/);
  second.close();
  await set.server.ended();
});

test("what is kept of an endless session is bounded", async () => {
  await using server = await startTestServer({
    faults: [{ fault: "long-greeting", octets: "endless" }],
  });
  const { text } = await heard(server.port, "", (so) => so.text.length > 70_000_000);
  expect(text.length).toBeGreaterThan(70_000_000);
  await server.ended();
  const [session] = server.sessions;
  expect(session!.truncated).toBe(true);
  expect(session!.chunks.reduce((sum, { octets }) => sum + octets.length, 0)).toBeLessThan(64 * 1024 * 1024);
}, 30_000);
