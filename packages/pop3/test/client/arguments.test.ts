// What a caller gives and no line may hold: refused before anything is sent, in every place where text or a number goes out.
// What servers make of odd but lawful arguments is their tests'.
import { expect, test } from "vitest";
import { noArgument, password as passwordParam, type CommandSpec } from "@postern/pop3";
import type { AuthOptions, Capability, Pop3Client } from "@postern/pop3/client";
import { scripted } from "../support/scripted-server.js";

const BROKEN = ["a\r\nDELE 1", "a\rb", "a\nb", "a\0b", "\n", "a\x7fb", "a\x1bb"];

const note: CommandSpec<string> = {
  keyword: "XNOT",
  params: passwordParam,
  validIn: ["AUTHORIZATION"],
  reply: "single",
};
const xnote: Capability = {
  tag: "X-NOTE",
  name: "x-note",
  registration: null,
  argument: noArgument,
  commands: [note],
  affects: "none",
  announced: { in: "both", differs: false },
  reference: ["none"],
  discussion: "A private command with a text.",
  checks: [],
  value: () => undefined,
};

const SASL = [
  "SASL SCRAM-SHA-256 PLAIN OAUTHBEARER XOAUTH2 LOGIN CRAM-MD5 ANONYMOUS EXTERNAL",
  "USER",
  "LANG",
  "UTF8 USER",
];
const identities = (text: string): readonly AuthOptions[] => [
  { user: text, password: "pw" },
  { user: "ann", password: text },
  ...["USER", "APOP", "PLAIN", "SCRAM-SHA-256", "LOGIN", "CRAM-MD5"].flatMap((method) => [
    { user: text, password: "pw", methods: [method] },
    { user: "ann", password: text, methods: [method] },
    // A preparation of the caller's does not get around it.
    { user: "ann", password: `${text}ä`, methods: [method], prepare: (same: string) => same },
    { user: `${text}ä`, password: "pw", methods: [method], prepare: (same: string) => same },
  ]),
  { user: "ann", password: "pw", authorizationId: text, methods: ["PLAIN"] },
  { user: "ann", password: "pw", authorizationId: text, methods: ["SCRAM-SHA-256"] },
  ...["OAUTHBEARER", "XOAUTH2"].flatMap((method) => [
    { user: "ann", token: text, methods: [method] },
    { user: "ann", token: () => text, methods: [method] },
    { user: text, token: "t", methods: [method] },
  ]),
  { user: text, methods: ["ANONYMOUS"] },
  { user: "ann", certificate: true, authorizationId: text, methods: ["EXTERNAL"] },
];

test.each(BROKEN)("no credential holds %j", async (text) => {
  await using server = await scripted({
    greeting: "+OK <1@x>\r\n",
    capabilities: SASL,
    answers: { AUTH: "+ \r\n", "*": "-ERR\r\n" },
  });
  for (const identity of identities(text)) {
    const failed = await server.connect({ auth: { cleartext: true, ...identity } }).catch((error: unknown) => error);
    expect(failed, JSON.stringify(identity)).toBeInstanceOf(RangeError);
    await server.peer.closed;
    const said = server.peer.lines.filter((line) => !/^(CAPA|\*|AUTH [A-Z0-9-]+)$/.test(line));
    expect(said, JSON.stringify(identity)).toEqual([]);
  }
});

test.each(BROKEN)("no other text holds %j", async (text) => {
  await using server = await scripted({ capabilities: SASL });
  await using client = await server.connect({ auth: null, capabilities: [xnote] });
  await expect(client.run(note, text)).rejects.toThrow(RangeError);
  await expect(client.language(text)).rejects.toThrow(RangeError);
  await expect(server.connect({ language: text })).rejects.toThrow(RangeError);
  await client.run(note, "fine").catch(() => {});
  expect(server.peers[0]!.lines).toEqual(["CAPA", "XNOT fine"]);
});

const NUMBERS = [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 1e21, "1\r\nDELE 2" as unknown as number];
const calls: readonly [name: string, call: (client: Pop3Client, number: number) => unknown][] = [
  ["list", (client, number) => client.list(number)],
  ["uniqueIds", (client, number) => client.uniqueIds(number)],
  ["retrieve", (client, number) => client.retrieve(number)],
  ["top", (client, number) => client.top(number, 0)],
  ["top, lines", (client, lines) => client.top(1, lines === 0 ? -1 : lines)],
  ["delete", (client, number) => client.delete(number)],
];

test.each(calls)("%s takes whole numbers alone", async (name, call) => {
  await using server = await scripted({ messages: ["one\r\n"] });
  await using client = await server.connect();
  const before = server.peer.lines.length;
  for (const number of NUMBERS) {
    if (typeof number !== "number" && /list|unique/.test(name)) continue;
    await expect((async () => call(client, number))(), String(number)).rejects.toThrow(RangeError);
  }
  await client.noop();
  expect(server.peer.lines.slice(before)).toEqual(["NOOP"]);
});

test("what is refused leaves the session as it was", async () => {
  await using server = await scripted({ capabilities: ["PIPELINING"], messages: ["one\r\n"] });
  await using client = await server.connect();
  const stat = client.stat();
  await expect(client.delete(Number.NaN)).rejects.toThrow(RangeError);
  expect(await stat).toEqual({ count: 1, octets: 5 });
  expect(client.marked).toEqual([]);
});

test("methods are called in the state that they are for", async () => {
  await using server = await scripted();
  await using client = await server.connect({ auth: null });
  await expect(client.stat()).rejects.toThrow(/log in first/);
  expect(() => client.retrieve(1)).toThrow(TypeError);
  await expect(client.messages().next()).rejects.toThrow(TypeError);
  await client.login({ user: "ann", password: "pw", cleartext: true });
  await expect(client.login({ user: "ann", password: "pw", cleartext: true })).rejects.toThrow(/before the login/);
});
