// Random interleavings of calls against our own server, many of them unawaited, agree with a maildrop that is a list in memory.
// One call at a time is `client.test.ts`'s; servers that lie are `hostile.test.ts`'s.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { standard } from "@postern/pop3";
import { CommandRefused, Pop3Client } from "@postern/pop3/client";
import { text } from "../support/cuts.js";
import { world } from "../support/world.js";

const COUNT = 5;
const MESSAGES = Array.from(
  { length: COUNT },
  (_, at) => `Subject: ${at + 1}\r\n\r\n${`.${at}`.repeat(at * 2000)}\r\nend\r\n`,
);

const number = fc.integer({ min: 1, max: COUNT + 1 });
const call = fc.oneof(
  fc.record({
    name: fc.constantFrom("stat" as const, "list" as const, "uniqueIds" as const, "noop" as const, "reset" as const),
  }),
  fc.record({ name: fc.constantFrom("listOne" as const, "uniqueId" as const, "delete" as const), number }),
  // A body: read at once, read when all has been asked for, read in part, left unread, or cancelled.
  fc.record({
    name: fc.constantFrom("retrieve" as const, "top" as const),
    number,
    reading: fc.constantFrom("now" as const, "last" as const, "part" as const, "never" as const, "cancel" as const),
  }),
  // A command that is given up: whatever becomes of it, those around it are what they are.
  fc.record({ name: fc.constant("aborted" as const), afterMs: fc.constantFrom(0, 1) }),
  fc.record({ name: fc.constant("wait" as const) }),
);
type Call = typeof call extends fc.Arbitrary<infer Value> ? Value : never;

const REFUSED = "refused";

async function outcome(work: Promise<unknown>): Promise<unknown> {
  return work.catch((error: unknown) => {
    if (error instanceof CommandRefused) return REFUSED;
    throw error;
  });
}

/** What the server has to say to each call, in the order of the calls. */
class Model {
  readonly marked = new Set<number>();
  uniqueIds: readonly string[] = [];

  get left(): readonly number[] {
    return MESSAGES.map((_, at) => at + 1).filter((number) => !this.marked.has(number));
  }

  there(number: number): boolean {
    return this.left.includes(number);
  }

  octets(number: number): number {
    return MESSAGES[number - 1]!.length;
  }
}

/** Makes the call, and gives what has to be compared in the end: what came and what should have come. */
function made(
  client: Pop3Client,
  model: Model,
  step: Call,
  late: (() => void)[],
): Promise<readonly [unknown, unknown]> | null {
  const pair = async (work: Promise<unknown>, expected: unknown): Promise<readonly [unknown, unknown]> => [
    await outcome(work),
    expected,
  ];
  switch (step.name) {
    case "stat":
      return pair(client.stat(), {
        count: model.left.length,
        octets: model.left.reduce((sum, number) => sum + model.octets(number), 0),
      });
    case "list":
      return pair(
        client.list(),
        model.left.map((number) => ({ number, octets: model.octets(number) })),
      );
    case "uniqueIds":
      return pair(
        client.uniqueIds(),
        model.left.map((number) => ({ number, uniqueId: model.uniqueIds[number - 1] })),
      );
    case "noop":
      return pair(client.noop(), undefined);
    case "reset":
      model.marked.clear();
      return pair(client.reset(), undefined);
    case "listOne":
      return pair(
        client.list(step.number),
        model.there(step.number) ? { number: step.number, octets: model.octets(step.number) } : REFUSED,
      );
    case "uniqueId":
      return pair(
        client.uniqueIds(step.number),
        model.there(step.number) ? { number: step.number, uniqueId: model.uniqueIds[step.number - 1] } : REFUSED,
      );
    case "delete": {
      const there = model.there(step.number);
      if (there) model.marked.add(step.number);
      return pair(client.delete(step.number), there ? undefined : REFUSED);
    }
    case "aborted": {
      const stop = new AbortController();
      const given = client.list({ signal: stop.signal }).then(
        () => "given up or not",
        (error: unknown) => (error === stop.signal.reason ? "given up or not" : error),
      );
      setTimeout(() => stop.abort(), step.afterMs);
      return pair(given, "given up or not");
    }
    case "retrieve":
    case "top": {
      const retrieval = step.name === "top" ? client.top(step.number, 1) : client.retrieve(step.number);
      const whole = MESSAGES[step.number - 1] ?? "";
      const body = step.name === "top" ? whole.slice(0, whole.length - "end\r\n".length) : whole;
      const expected = model.there(step.number) ? body : REFUSED;
      if (step.reading === "never") return null;
      if (step.reading === "cancel") {
        retrieval.cancel();
        return null;
      }
      if (step.reading === "part") {
        const part = (async () => {
          for await (const piece of retrieval) return body.startsWith(text(piece));
          return false;
        })();
        return pair(part, expected === REFUSED ? REFUSED : true);
      }
      const read = async (): Promise<string> => text(await retrieval.bytes());
      if (step.reading === "now") return pair(read(), expected);
      return pair(new Promise((resolve, reject) => late.push(() => void read().then(resolve, reject))), expected);
    }
    case "wait":
      break;
  }
  return null;
}

test("any interleaving of calls is answered as if one were made after the other", async () => {
  const session = fc.record({
    calls: fc.array(call, { minLength: 1, maxLength: 40 }),
    pipelined: fc.boolean(),
    commits: fc.boolean(),
    // Small enough that the server is made to wait, and commands wait for the window.
    bufferOctets: fc.constantFrom(1000, 256 * 1024),
    windowOctets: fc.constantFrom(20, 2048),
  });
  await fc.assert(
    fc.asyncProperty(session, async ({ calls, pipelined, commits, bufferOctets, windowOctets }) => {
      const tags = standard.flatMap(({ tag, available }) => (tag === null || available === undefined ? [] : [tag]));
      await using server = await world({ enabled: tags.filter((tag) => pipelined || tag !== "PIPELINING") }, MESSAGES);
      const client = await Pop3Client.connect({
        host: "127.0.0.1",
        port: server.port,
        tls: "none",
        auth: { user: "ann", password: "secret", cleartext: true, methods: ["PLAIN", "USER"] },
        limits: { bufferOctets, windowOctets },
      });
      const model = new Model();
      model.uniqueIds = server.maildrops.messages("ann").map(({ uniqueId }) => uniqueId);
      const pairs: Promise<readonly [unknown, unknown]>[] = [];
      const late: (() => void)[] = [];
      for (const step of calls) {
        if (step.name === "wait") {
          await client.noop();
          continue;
        }
        const pair = made(client, model, step, late);
        if (pair !== null) pairs.push(pair);
      }
      for (const read of late.toReversed()) read();
      for (const [came, expected] of await Promise.all(pairs)) expect(came).toEqual(expected);
      const marked = model.marked;
      expect(new Set(client.marked)).toEqual(marked);
      if (commits) expect(new Set((await client.quit()).deleted)).toEqual(marked);
      else await client[Symbol.asyncDispose]();
      await expect.poll(() => server.maildrops.messages("ann").length).toBe(commits ? COUNT - marked.size : COUNT);
    }),
    { numRuns: 150 },
  );
});
