// Whatever octets a server sends, however cut: a client gives values or its typed errors, ends in time, and leaves no promise behind.
// Particular lies, and what exactly becomes of them, are `hostile.test.ts`'s.
import { duplexPair, type Duplex } from "node:stream";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { CommandRefused, LoginImpossible, Pop3Client, ProtocolViolation, TransportLost } from "@postern/pop3/client";
import { octets } from "../support/cuts.js";

const TYPED = [CommandRefused, LoginImpossible, ProtocolViolation, TransportLost];

/** What replies are made of, in any order and with anything between. */
const words = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("+OK\r\n", "-ERR\r\n", ".\r\n", "\r\n", "+ \r\n", "+OK 1 2\r\n", "1 2\r\n") },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      "+OK",
      "-ERR",
      "+",
      " ",
      ".",
      "\r",
      "\n",
      "\0",
      "[",
      "]",
      "[IN-USE] ",
      "1",
      "4294967296",
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom("PIPELINING\r\n", "UIDL\r\n", "SASL PLAIN SCRAM-SHA-256\r\n", "STLS\r\n", "1 id-1\r\n"),
  },
  { weight: 1, arbitrary: fc.string({ unit: "binary-ascii", maxLength: 8 }) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 8 }).map((piece) => String.fromCharCode(...piece)) },
);

/** Whole replies that a client could believe. */
const replies = fc.constantFrom(
  "+OK\r\n",
  "+OK 2 10\r\n",
  "+OK\r\n.\r\n",
  "+OK\r\n1 5\r\n2 5\r\n.\r\n",
  "+OK\r\n1 a\r\n2 b\r\n.\r\n",
  "+OK\r\nPIPELINING\r\nUIDL\r\nSASL PLAIN\r\n.\r\n",
  "+OK\r\nSubject: x\r\n\r\n..\r\n.\r\n",
  "-ERR [IN-USE] no\r\n",
  "-ERR\r\n",
  "+ \r\n",
);

const script = fc.record({
  /** Said at once. */
  first: fc.array(words, { maxLength: 12 }).map((pieces) => pieces.join("")),
  /** One for each line of the client. */
  answers: fc.array(
    fc.oneof(
      { weight: 5, arbitrary: replies },
      { weight: 1, arbitrary: words },
      { weight: 1, arbitrary: fc.constant("") },
    ),
    { maxLength: 20 },
  ),
  greets: fc.boolean(),
  /** Plays by the rules up to here, so that what comes behind the login is tried, too. */
  loggedIn: fc.boolean(),
  /** Octets in a piece. */
  cut: fc.constantFrom(1, 2, 3, 7, 1000),
  ends: fc.boolean(),
  cleartext: fc.nat(9).map((one) => one > 0),
});

type Said = typeof script extends fc.Arbitrary<infer Value> ? Value : never;

const CAPABILITIES = "+OK\r\nUIDL\r\n.\r\n";
/** Answers to CAPA, USER, PASS and CAPA. */
const LOGIN = [CAPABILITIES, "+OK\r\n", "+OK\r\n", CAPABILITIES];

function serve(far: Duplex, { first, answers, greets, loggedIn, cut, ends }: Said): void {
  const left = [...(loggedIn ? LOGIN : []), ...answers];
  const say = (text: string): void => {
    const whole = octets(text);
    for (let at = 0; at < whole.length; at += cut) far.write(whole.subarray(at, at + cut));
  };
  say(greets || loggedIn ? "+OK\r\n" : first);
  far.on("error", () => {});
  far.on("data", (chunk: Uint8Array) => {
    for (const octet of chunk) {
      if (octet !== 0x0a) continue;
      const answer = left.shift();
      if (answer === undefined && ends) far.end();
      else say(answer ?? first);
    }
  });
  if (!greets && !loggedIn && ends && left.length === 0) far.end();
}

/** Everything a client can be asked; what is thrown has to be of the client's own types. */
async function session(said: Said): Promise<readonly unknown[]> {
  const thrown: unknown[] = [];
  const tried = async (work: () => unknown): Promise<void> => {
    try {
      await work();
    } catch (error) {
      thrown.push(error);
    }
  };
  const [near, far] = duplexPair();
  serve(far, said);
  let connections = 0;
  await tried(async () => {
    const client = await Pop3Client.connect({
      host: "localhost",
      tls: "none",
      // A second one is made where CAPA hangs up; it finds nobody.
      stream: () => (connections++ === 0 ? near : duplexPair()[0]),
      auth: { user: "ann", password: "correct-horse", cleartext: said.cleartext },
      deadlines: { connectMs: 40, silenceMs: 20, quitMs: 20 },
    });
    const unread = client.retrieve(2);
    const all = [
      tried(() => client.stat()),
      tried(() => client.list()),
      tried(() => client.uniqueIds()),
      tried(() => client.list(1)),
      tried(() => client.uniqueIds(2)),
      tried(() => client.retrieve(1).bytes()),
      tried(() => client.top(1, 0).bytes()),
      tried(() => client.delete(1)),
      tried(() => client.languages()),
      tried(async () => {
        for await (const message of client.messages()) await message.bytes();
      }),
      tried(() => client.quit()),
    ];
    await Promise.all(all);
    await tried(() => unread.bytes());
    await client[Symbol.asyncDispose]();
    expect(client.state).toBe("ended");
  });
  near.destroy();
  far.destroy();
  return thrown;
}

test("any octets give values or typed errors, and an end", async () => {
  const orphans: unknown[] = [];
  const orphan = (reason: unknown): void => void orphans.push(reason);
  process.on("unhandledRejection", orphan);
  let seen = 0;
  try {
    await fc.assert(
      fc.asyncProperty(script, async (said) => {
        for (const error of await session(said)) {
          seen++;
          if (!TYPED.some((type) => error instanceof type)) throw error;
        }
      }),
      { numRuns: 400 },
    );
    await new Promise((resolve) => setTimeout(resolve, 10));
  } finally {
    process.off("unhandledRejection", orphan);
  }
  expect(orphans).toEqual([]);
  expect(seen).toBeGreaterThan(1000);
});

test("a session that is believable to its end gives values alone", async () => {
  const listing = "+OK\r\n1 5\r\n2 5\r\n.\r\n";
  const message = "+OK\r\nHello\r\n.\r\n";
  const answers = [message, "+OK 2 10\r\n", listing, listing, "+OK 1 5\r\n", "+OK 2 b\r\n"];
  const rest = [message, message, "+OK\r\n", "+OK\r\nen English\r\n.\r\n", listing, listing];
  const said: Said = {
    first: "+OK\r\n",
    answers: [...answers, ...rest],
    greets: true,
    loggedIn: true,
    cut: 3,
    ends: false,
    cleartext: true,
  };
  // The loop over messages begins behind QUIT, and is told so.
  expect(await session(said)).toEqual([expect.any(TransportLost)]);
});
