// Every quirk of the table is met once, noted and survived, cut in every way; and none of it is noted of a server that does it right.
// The table itself is `protocol/quirks.ts`; what real servers' own sessions bring is in `replay.test.ts`.
import { Buffer } from "node:buffer";
import { describe, expect, test } from "vitest";
import {
  type CommandRefused,
  Pop3Client,
  QUIRKS,
  TransportLost,
  type AuthOptions,
  type Quirk,
} from "@postern/pop3/client";
import { CUTS, peer, type Cut } from "./peer.js";
import { CAPABILITIES, listed, MESSAGE, PASSWORD, scriptedSession, TOKEN, type Script } from "./scripted-server.js";

interface Case {
  /** The server's way. Where it depends on the connection, by its number from 0 up. */
  readonly server: Script | ((connection: number) => Script);
  /** Null where the case logs in by itself. */
  readonly auth?: AuthOptions | null;
  readonly does: (client: Pop3Client) => Promise<unknown>;
  /** What the client makes of the server's way; what it makes of the right one is the same, but for `otherwise`. */
  readonly yields: unknown;
  readonly otherwise?: unknown;
}

const password: AuthOptions = { user: "ann", password: PASSWORD, cleartext: true, methods: ["USER"] };
const without = (...tags: readonly string[]): string =>
  listed(...CAPABILITIES.filter((line) => !tags.includes(line.split(" ", 1)[0]!)));
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
const count = (client: Pop3Client): Promise<number> => client.stat().then((listing) => listing.count);
const sizes = [
  { number: 1, octets: MESSAGE.length },
  { number: 2, octets: 100 },
];
const uniqueIds = [
  { number: 1, uniqueId: "first" },
  { number: 2, uniqueId: "second" },
];

/** Needs TLS on both sides of somebody in between: test/client/binding-refused.test.ts meets it. */
const ELSEWHERE = "binding-refused";

const CASES: Readonly<Record<Exclude<Quirk, typeof ELSEWHERE>, Case>> = {
  "capa-refused": {
    server: { CAPA: "-ERR\r\n" },
    does: async (client) => [client.capabilities.answered, await client.uniqueIds(), client.loginMethod],
    yields: [false, uniqueIds, "USER"],
    otherwise: [true, uniqueIds, "USER"],
  },
  "capa-hangs-up": {
    server: (connection) => (connection === 0 ? { CAPA: { send: "", then: "close" } } : {}),
    does: async (client) => [client.capabilities.answered, client.state, await count(client)],
    yields: [false, "TRANSACTION", 2],
    otherwise: [true, "TRANSACTION", 2],
  },
  "bare-line-feed": {
    server: { LIST: "+OK\n1 27\n2 100\n.\n", RETR: "+OK\nSubject: one\n\nbody\n..dotted\n.\n" },
    does: async (client) => [await client.list(), text(await client.retrieve(1).bytes()).replaceAll("\r\n", "\n")],
    yields: [[{ number: 1, octets: 27 }, sizes[1]], MESSAGE.replaceAll("\r\n", "\n")],
    otherwise: [sizes, MESSAGE.replaceAll("\r\n", "\n")],
  },
  "lower-case-status": {
    server: { STAT: "+ok 2 131\r\n" },
    does: (client) => client.stat(),
    yields: { count: 2, octets: 131 },
  },
  "plus-err": {
    server: { "LIST 2": "+ERR Server error\r\n" },
    does: (client) => client.list(2).catch((error: unknown) => String(error)),
    yields: "CommandRefused: LIST was refused: Server error",
    otherwise: { number: 2, octets: 100 },
  },
  "foreign-farewell": {
    server: { NOOP: { send: "+OK\r\n421 idle for too long\r\n", then: "close" } },
    does: async (client) => {
      await client.noop();
      return client.stat().catch((error: unknown) => (error instanceof TransportLost ? error.message : error));
    },
    yields: 'the server closed the connection and said "421 idle for too long"',
    otherwise: { count: 2, octets: MESSAGE.length + 100 },
  },
  "extra-spaces": {
    server: { UIDL: listed("1   first", " 2 second "), STAT: "+OK  2  131\r\n" },
    does: async (client) => [await client.uniqueIds(), await client.stat()],
    yields: [uniqueIds, { count: 2, octets: 131 }],
  },
  "count-missing": {
    server: { STAT: "+OK 2\r\n", LIST: listed("1", "2") },
    does: async (client) => [await client.stat(), await client.list()],
    yields: [
      { count: 2, octets: null },
      [
        { number: 1, octets: null },
        { number: 2, octets: null },
      ],
    ],
    otherwise: [{ count: 2, octets: 131 }, sizes],
  },
  "number-missing": {
    server: { "UIDL 2": "+OK second\r\n", "LIST 2": "+OK 100\r\n" },
    does: async (client) => [await client.uniqueIds(2), await client.list(2)],
    yields: [uniqueIds[1], sizes[1]],
  },
  "status-in-listing": {
    server: { UIDL: listed("+OK 1 first", "+OK 2 second") },
    does: (client) => client.uniqueIds(),
    yields: uniqueIds,
  },
  "unique-id-missing": {
    server: { UIDL: listed("1", "2 second") },
    does: async (client) => {
      const seen: unknown[] = [];
      for await (const message of client.messages({ known: new Set(["second"]) })) seen.push(message.uniqueId);
      return [seen, await client.uniqueIds()];
    },
    yields: [[null], [uniqueIds[1]]],
    otherwise: [["first"], uniqueIds],
  },
  "spaced-unique-id": {
    server: { UIDL: listed("1 of Monday 1", "2 of Monday 2") },
    does: (client) => client.uniqueIds(),
    yields: [
      { number: 1, uniqueId: "of Monday 1" },
      { number: 2, uniqueId: "of Monday 2" },
    ],
    otherwise: uniqueIds,
  },
  "long-unique-id": {
    server: { UIDL: listed(`1 ${"a".repeat(288)}`, `2 ${"b".repeat(70)}`) },
    does: async (client) => (await client.uniqueIds()).map(({ uniqueId }) => uniqueId.length),
    yields: [288, 70],
    otherwise: [5, 6],
  },
  "unlisted-uidl": { server: { CAPA: without("UIDL") }, does: (client) => client.uniqueIds(), yields: uniqueIds },
  "unlisted-top": {
    server: { CAPA: without("TOP") },
    does: async (client) => text(await client.top(1, 0).bytes()),
    yields: "Subject: one\r\n\r\n",
  },
  "unlisted-user": { server: { CAPA: without("USER") }, does: count, yields: 2 },
  "malformed-capability": {
    server: { CAPA: listed(...CAPABILITIES, "EXPIRE soon", ".x").replace("\r\n.x", "\r\n..x") },
    does: (client) => Promise.resolve(client.capabilities.malformed.map(({ line }) => line)),
    yields: ["EXPIRE soon", ".x"],
    otherwise: [],
  },
  "unlisted-codes": {
    server: { CAPA: without("RESP-CODES") },
    auth: null,
    does: async (client) => {
      const wrong = await client
        .login({ ...password, password: "no" })
        .catch((error: unknown) => (error as CommandRefused).code);
      await client.login(password);
      return wrong;
    },
    yields: "AUTH",
  },
  "apop-refused": {
    server: { greeting: "+OK <1@example.org>\r\n", APOP: "-ERR [AUTH] Invalid password or username\r\n" },
    auth: { ...password, methods: ["APOP", "USER"] },
    does: async (client) => [await count(client), client.loginMethod],
    yields: [2, "USER"],
  },
  "challenge-without-space": {
    server: { AUTH: "+\r\n" },
    auth: { user: "ann", token: TOKEN, cleartext: true },
    does: async (client) => [await count(client), client.loginMethod],
    yields: [2, "XOAUTH2"],
  },
  "initial-response-ignored": {
    server: { AUTH: "+ \r\n" },
    auth: { user: "ann", password: PASSWORD, cleartext: true },
    does: async (client) => [await count(client), client.loginMethod],
    yields: [2, "PLAIN"],
  },
  "size-differs": {
    server: { LIST: listed("1 32", "2 100") },
    does: async (client) => {
      const [first] = await client.list();
      return [first!.octets !== null, (await client.retrieve(1).bytes()).length];
    },
    yields: [true, MESSAGE.length],
  },
};

/** What the case makes of a server, and what the client noted of it. */
async function met(
  server: Case["server"],
  { auth = password, does }: Case,
  cut: Cut,
): Promise<[unknown, readonly Quirk[]]> {
  let connection = 0;
  const script = (): Script => (typeof server === "function" ? server(connection++) : server);
  const client = await Pop3Client.connect({
    host: "localhost",
    tls: "none",
    ...(auth !== null && { auth }),
    stream: peer(() => scriptedSession(script()), { cut }),
  });
  const result = await does(client);
  client.close();
  return [result, [...client.quirks]];
}

test("every quirk has its case", () => {
  expect([...Object.keys(CASES), ELSEWHERE].toSorted()).toEqual(Object.keys(QUIRKS).toSorted());
});

describe.each(Object.entries(CASES) as [Quirk, Case][])("%s", (quirk, given) => {
  test.each(Object.entries(CUTS))("met, %s", async (_, cut) => {
    expect(await met(given.server, given, cut)).toEqual([given.yields, [quirk]]);
  });

  test("not noted of a server that does it right", async () => {
    const right = quirk === "apop-refused" ? { greeting: "+OK <1@example.org>\r\n" } : {};
    const [result, noted] = await met(right, given, CUTS["whole"]!);
    expect(noted).toEqual([]);
    expect(result).toEqual(quirk === "apop-refused" ? [2, "APOP"] : (given.otherwise ?? given.yields));
  });
});

describe("each place where a quirk is met", () => {
  test.each<[string, Script, (client: Pop3Client) => Promise<unknown>, readonly Quirk[]]>([
    ["spaces in a listing", { UIDL: listed("1  first") }, (client) => client.uniqueIds(), ["extra-spaces"]],
    ["spaces in a drop listing", { STAT: "+OK 2 131 \r\n" }, (client) => client.stat(), ["extra-spaces"]],
    ["spaces between tokens", { CAPA: listed(...CAPABILITIES, "EXPIRE  60") }, count, ["extra-spaces"]],
    ["spaces behind a tag", { CAPA: listed(...CAPABILITIES, "XTAG ") }, count, ["extra-spaces"]],
    ["no octets in a drop listing", { STAT: "+OK 2\r\n" }, (client) => client.stat(), ["count-missing"]],
    ["no octets in a listing", { LIST: listed("1 31", "2") }, (client) => client.list(), ["count-missing"]],
    ["no octets of one message", { "LIST 2": "+OK 2\r\n" }, (client) => client.list(2), ["count-missing"]],
    ["a unique-id of 70 characters", { UIDL: listed(`1 ${"a".repeat(70)}`) }, (client) => client.uniqueIds(), []],
    [
      "a unique-id of 71 characters",
      { UIDL: listed(`1 ${"a".repeat(71)}`) },
      (client) => client.uniqueIds(),
      ["long-unique-id"],
    ],
    [
      "UIDL refused where it is not listed",
      { CAPA: without("UIDL"), UIDL: "-ERR\r\n" },
      (client) => client.uniqueIds().catch(() => {}),
      [],
    ],
    [
      "TOP refused where it is not listed",
      { CAPA: without("TOP"), TOP: "-ERR\r\n" },
      (client) =>
        client
          .top(1, 0)
          .bytes()
          .catch(() => {}),
      [],
    ],
    [
      "brackets that are no code",
      { CAPA: without("RESP-CODES"), STAT: "-ERR [12] no\r\n" },
      (client) => client.stat().catch(() => {}),
      [],
    ],
  ])("%s", async (_, script, does, quirks) => {
    const stream = peer(() => scriptedSession(script));
    const client = await Pop3Client.connect({ host: "localhost", tls: "none", auth: password, stream });
    await does(client);
    expect([...client.quirks]).toEqual(quirks);
    client.close();
  });
});

describe("what is not forgiven", () => {
  test.each([
    ["a message twice in a listing", { LIST: listed("1 31", "1 100") }, "list"],
    ["message number 0", { LIST: listed("0 31") }, "list"],
    ["a unique-id that is not printable", { UIDL: listed("1 caf\xe9") }, "uniqueIds"],
    ["no number at all", { STAT: "+OK many\r\n" }, "stat"],
    ["a reply without a status", { STAT: "2 131\r\n" }, "stat"],
    ["a reply behind a farewell", { STAT: "* BYE shutting down\r\n+OK 2 131\r\n" }, "stat"],
    ["an answer that nobody asked for", { STAT: "+OK 2 131\r\n+OK 2 131\r\n", NOOP: "" }, "stat then noop"],
  ] as const)("%s", async (_, script, asked) => {
    for (const cut of Object.values(CUTS)) {
      const stream = peer(() => scriptedSession(script), { cut });
      const client = await Pop3Client.connect({ host: "localhost", tls: "none", auth: password, stream });
      const asking = async (): Promise<unknown> => {
        if (asked === "list") return client.list();
        if (asked === "uniqueIds") return client.uniqueIds();
        const stat = await client.stat();
        if (asked === "stat") return stat;
        await new Promise((resolve) => setImmediate(resolve));
        return client.noop();
      };
      await expect(asking()).rejects.toMatchObject({ name: "ProtocolViolation" });
      expect(client.state).toBe("ended");
    }
  });

  test("another message's answer, or the whole listing, where one was asked for", async () => {
    for (const answer of ["+OK 3 third\r\n", listed("1 first", "2 second")]) {
      const stream = peer(() => scriptedSession({ "UIDL 2": answer }));
      const client = await Pop3Client.connect({ host: "localhost", tls: "none", auth: password, stream });
      await expect(client.uniqueIds(2)).rejects.toMatchObject({ name: "ProtocolViolation" });
    }
  });

  test("a bare line feed before the dot does not end a message of a server that ends its lines with CRLF", async () => {
    const message = "Subject: one\r\n\r\na\n.\nb\n.\r\nc\r\n";
    for (const cut of Object.values(CUTS)) {
      const stream = peer(() => scriptedSession({ RETR: `+OK\r\n${message}.\r\n` }), { cut });
      const client = await Pop3Client.connect({ host: "localhost", tls: "none", auth: password, stream });
      expect(text(await client.retrieve(1).bytes())).toBe(message);
      client.close();
    }
  });
});
