// Lines for the operator: which events have one, and that nothing from a peer breaks out of its line.
import { expect, test } from "vitest";
import { describeEvent } from "../../src/service/events.js";

const facts = { session: "1", remoteAddress: "192.0.2.1", secure: true, user: "alice" };

test("a login, with and without TLS", () => {
  const login = { ...facts, messages: 1, octets: 2048 };
  expect(describeEvent("login.accepted", login)).toBe('192.0.2.1 "alice" logged in: 1 message, 2048 octets');
  expect(describeEvent("login.accepted", { ...login, secure: false, messages: 2 })).toBe(
    '192.0.2.1 "alice" logged in without TLS: 2 messages, 2048 octets',
  );
});

test("a refused login quotes the name that the peer sent, whatever it is", () => {
  const line = describeEvent("login.refused", {
    ...facts,
    user: null,
    name: 'a"\r\n\u001b[31m\u009bü',
    cause: "credentials",
  });
  expect(line).toBe(String.raw`192.0.2.1 "a\"\r\n\u001b[31m??" login refused: credentials`);
  const long = describeEvent("login.refused", { ...facts, name: "x".repeat(5000), cause: "credentials" });
  expect(long?.length).toBeLessThan(140);
});

test("ends of sessions have a line only where something was wrong", () => {
  const ended = { ...facts, state: "TRANSACTION", octetsIn: 1, octetsOut: 1 } as const;
  expect(describeEvent("session.ended", { ...ended, reason: "quit" })).toBeNull();
  expect(describeEvent("session.ended", { ...ended, reason: "disconnected" })).toBeNull();
  expect(describeEvent("session.ended", { ...ended, reason: "misbehaved" })).toBe(
    '192.0.2.1 ("alice") session ended: misbehaved',
  );
});

test("octets behind STLS are reported, an ordinary start of TLS is not", () => {
  const started = { ...facts, version: "TLSv1.3" };
  expect(describeEvent("tls.started", { ...started, droppedOctets: 0 })).toBeNull();
  expect(describeEvent("tls.started", { ...started, droppedOctets: 17 })).toContain(
    "17 octets in the clear behind STLS",
  );
});

test("a deletion has a line, a session that deletes nothing has none", () => {
  expect(describeEvent("maildrop.updated", { ...facts, deleted: 0 })).toBeNull();
  expect(describeEvent("maildrop.updated", { ...facts, deleted: 3 })).toBe('192.0.2.1 "alice" deleted 3 messages');
});

test("a failure says what was being done, on one line", () => {
  const line = describeEvent("failure.caught", {
    ...facts,
    doing: "opening a maildrop",
    error: new Error("disk\nfull"),
  });
  expect(line).toBe(String.raw`failure while opening a maildrop for "alice": "Error: disk\nfull"`);
});

test("events that come with every command have no line", () => {
  expect(describeEvent("message.retrieved", { ...facts, uniqueId: "u", octets: 1 })).toBeNull();
  expect(describeEvent("command.refused", { ...facts, keyword: "XYZ", problem: "unknown" })).toBeNull();
});
