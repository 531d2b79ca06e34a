// A server that sends secrets back, wherever it can: they are in no error, in no log and in nothing that can be printed.
// Which commands hold secrets is said by the declarations; what else may be in a log is `log.test.ts`'s.
import { Buffer } from "node:buffer";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import type { Pop3Client, AuthOptions, LogLine } from "@postern/pop3/client";
import { multi, type Script, scripted } from "../support/scripted-server.js";

interface Seen {
  readonly client: Pop3Client | null;
  readonly error: unknown;
  /** All that can be seen of both, and of the log. */
  readonly text: string;
}

/** Everything that a careless program could print. */
function printed(value: unknown): string {
  const own = value instanceof Error ? Object.getOwnPropertyNames(value) : undefined;
  return [
    String(value),
    JSON.stringify(value),
    JSON.stringify(value, own),
    inspect(value, { depth: 20, showHidden: true, getters: true, maxStringLength: Infinity }),
    value instanceof Error ? `${value.stack} ${value.cause === undefined ? "" : printed(value.cause)}` : "",
  ].join("\n");
}

async function seen(
  script: Script,
  auth: AuthOptions,
  then: (client: Pop3Client) => Promise<unknown> = async () => {},
): Promise<Seen> {
  await using server = await scripted(script);
  const log: LogLine[] = [];
  let client: Pop3Client | null = null;
  let error: unknown = null;
  try {
    client = await server.connect({ auth: { cleartext: true, ...auth }, log: (line) => log.push(line) });
    await then(client);
  } catch (caught) {
    error = caught;
  }
  const text = `${printed(error)}\n${printed(client)}\n${JSON.stringify(log)}`;
  client?.close();
  return { client, error, text };
}

const SECRET = "correct-horse";
const auth = { user: "ann", password: SECRET };
const said = (text: string): string => `+OK\r\n-ERR ${text}\r\n`;

const refusals: readonly [where: string, reply: string][] = [
  ["in the text", `-ERR wrong password ${SECRET}!\r\n`],
  ["in the response code", `-ERR [${SECRET}] no\r\n`],
  ["in a line that is no reply", `PASS ${SECRET} what?\r\n`],
  ["twice", `-ERR ${SECRET}${SECRET}\r\n`],
  ["behind what an error cuts off", `${"x".repeat(500)}${SECRET}\r\n`],
];

test.each(refusals)("a password that comes back %s", async (_, reply) => {
  const { error, text } = await seen({ answers: { PASS: reply } }, auth);
  expect(error).toBeInstanceOf(Error);
  expect(text).not.toContain(SECRET.slice(0, 8));
  expect(text).toContain("****");
});

test("a refused password is masked in the error's text and line alone", async () => {
  const { error } = await seen({ answers: { PASS: `-ERR [AUTH] wrong password ${SECRET}!\r\n` } }, auth);
  expect(error).toMatchObject({
    name: "CommandRefused",
    code: "AUTH",
    receivedCode: "AUTH",
    keyword: "PASS",
    text: "wrong password ****!",
    line: "-ERR [AUTH] wrong password ****!",
  });
});

const later: readonly [where: string, script: Script, then: (client: Pop3Client) => Promise<unknown>][] = [
  ["as a last word", { answers: { PASS: said(`bye ${SECRET}`) } }, (client) => client.noop()],
  ["in a later refusal", { answers: { NOOP: `-ERR ${SECRET}\r\n` } }, (client) => client.noop()],
  ["in a listing's line", { answers: { STAT: `+OK ${SECRET}\r\n` } }, (client) => client.stat()],
  ["in a listing", { answers: { LIST: multi([`1 2`, `x ${SECRET}`]) } }, (client) => client.list()],
  [
    "in a long line of a listing",
    { answers: { LIST: multi([`x ${"y".repeat(503)}${SECRET}`]) } },
    (client) => client.list(),
  ],
  [
    "in the farewell of another protocol",
    { answers: { NOOP: `* BYE ${SECRET}\r\n+OK\r\n` } },
    (client) => client.noop(),
  ],
  ["in what answers nothing", { answers: { NOOP: `+OK\r\n+OK ${SECRET}\r\n` } }, (client) => client.noop()],
];

test.each(later)("a password that comes back after login, %s", async (_, script, then) => {
  const { text } = await seen(script, auth, async (client) => {
    await then(client);
    await client.noop();
  });
  expect(text).not.toContain(SECRET.slice(0, 8));
});

test("a deletion that was not confirmed says the line once, and masked", async () => {
  const { error, text } = await seen({ answers: { STAT: `what ${SECRET}\r\n` } }, auth, async (client) => {
    await client.delete(1);
    await client.stat();
  });
  expect(error).toMatchObject({ name: "ProtocolViolation", line: "what ****", uncommitted: [1] });
  expect((error as Error).message.match(/what/g)).toHaveLength(1);
  expect(text).not.toContain(SECRET);
});

test.each([
  ["PASS hörse-körrect", "hörse-körrect"],
  ["a short one", "abc"],
  ["one with signs", "a.*$&(b)"],
])("passwords of every kind: %s", async (_, password) => {
  const octets = Buffer.from(password).toString("latin1");
  const script: Script = { capabilities: ["UTF8 USER"], answers: { PASS: `-ERR no ${octets} here\r\n` } };
  const { error, text } = await seen(script, { user: "ann", password });
  expect(error).toMatchObject({ text: "no **** here", line: "-ERR no **** here" });
  expect(text).not.toContain(`no ${password}`);
  expect(text).not.toContain(octets);
});

test("a short password does not mask half of what a server says", async () => {
  const { error } = await seen({ answers: { PASS: "-ERR a cat and a car\r\n" } }, { user: "ann", password: "ca" });
  expect(error).toMatchObject({ text: "a cat and a car" });
});

test("what the password happens to look like is still read", async () => {
  const { error } = await seen({ messages: ["1234567890"] }, { user: "ann", password: "+OK 1 10" }, async (client) => {
    expect(await client.stat()).toEqual({ count: 1, octets: 10 });
    expect(await client.list(1)).toEqual({ number: 1, octets: 10 });
  });
  expect(error).toBeNull();
});

test("responses of AUTH, in a refusal and in a challenge", async () => {
  const response = Buffer.from(`\0ann\0${SECRET}`).toString("base64");
  const script: Script = { capabilities: ["SASL PLAIN"], answers: { AUTH: (params) => `-ERR ${params}\r\n` } };
  const refused = await seen(script, auth);
  expect(refused.error).toMatchObject({ keyword: "AUTH", text: "PLAIN ****" });
  expect(refused.text).not.toContain(response);

  const asked = await seen(
    {
      ...script,
      answers: { AUTH: async (params, peer) => (await peer.send(`+ ${params.slice(6)}\r\n`), peer.line(), "-ERR\r\n") },
    },
    auth,
  );
  expect(asked.error).toBeInstanceOf(Error);
  expect(asked.text).not.toContain(response);
});

test("a digest of APOP", async () => {
  let digest = "none";
  const { error, text } = await seen(
    {
      greeting: "+OK <1@example.org>\r\n",
      answers: { APOP: (params) => ((digest = params.split(" ")[1] ?? ""), `-ERR ${params}\r\n`) },
    },
    { ...auth, methods: ["APOP"] },
  );
  expect(digest).toMatch(/^[0-9a-f]{32}$/);
  expect(error).toMatchObject({ text: "ann ****" });
  expect(text).not.toContain(digest);
});

test("a token, given or fetched", async () => {
  const TOKEN = "ya29.token-of-ann";
  const script: Script = { capabilities: ["SASL OAUTHBEARER"], answers: { AUTH: `-ERR bad ${TOKEN}\r\n` } };
  for (const token of [TOKEN, () => TOKEN]) {
    const { error, text } = await seen(script, { user: "ann", token });
    expect(error).toMatchObject({ text: "bad ****" });
    expect(text).not.toContain(TOKEN);
  }
});

test("an argument that cannot be sent is not in the error", async () => {
  for (const password of [`${SECRET}\r\nDELE 1`, `${SECRET}\0`, `${SECRET}\n`]) {
    const { error, text } = await seen({}, { user: "ann", password });
    expect(error).toBeInstanceOf(RangeError);
    expect(text).not.toContain(SECRET);
  }
});
