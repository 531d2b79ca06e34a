// Lines for the operator: which events have one, and that nothing from a peer breaks out of its line.
import type { ServerEvents } from "@postern/pop3/server";
import { expect, test } from "vitest";
import { entryOf } from "../../src/service/events.js";
import type { EventName } from "../../src/service/events.js";

/** The line at the usual level; null where there is none. */
function describeEvent<Name extends EventName>(name: Name, event: ServerEvents[Name][0]): string | null {
  const { level, msg } = entryOf(name, event);
  return level === "debug" ? null : msg;
}

const facts = { session: "1", remoteAddress: "192.0.2.1", secure: true, user: "alice" };

test("a login, with and without TLS", () => {
  const login = { ...facts, method: "PASS", messages: 1, octets: 2048 };
  expect(describeEvent("login.accepted", login)).toBe('192.0.2.1 "alice" logged in by PASS: 1 message, 2048 octets');
  expect(describeEvent("login.accepted", { ...login, secure: false, messages: 2 })).toBe(
    '192.0.2.1 "alice" logged in by PASS without TLS: 2 messages, 2048 octets',
  );
});

test("a refused login quotes the name that the peer sent, whatever it is", () => {
  const line = describeEvent("login.refused", {
    ...facts,
    user: null,
    method: "PASS",
    name: 'a"\r\n\u001b[31m\u009bü',
    cause: "credentials",
  });
  expect(line).toBe(String.raw`192.0.2.1 "a\"\r\n\u001b[31m?ü" login by PASS refused: credentials`);
  const long = describeEvent("login.refused", {
    ...facts,
    method: "PASS",
    name: "x".repeat(5000),
    cause: "credentials",
  });
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

test("fields hold what the event holds, and of peers no more than a line can bear", () => {
  const name = `evil\u0000\u202e${"x".repeat(5000)}`;
  const { event, fields } = entryOf("login.refused", { ...facts, user: null, method: "PASS", name, cause: "in-use" });
  expect(event).toBe("login.refused");
  expect(fields).toMatchObject({ session: "1", remoteAddress: "192.0.2.1", user: null, cause: "in-use" });
  expect(String(fields?.["name"])).toMatch(/^evil\?\?x{70,80}…$/);
  const failed = entryOf("failure.caught", { ...facts, doing: "reading", error: new Error("disk\nfull") });
  expect(failed.fields).toMatchObject({ error: "Error: disk?full" });
});
