// The link that clients are measured through: its model, by a clock of numbers, and that sockets keep to it.
// Sockets are held to least times only, because a busy machine may always be late.
import { once } from "node:events";
import { createServer, connect } from "node:net";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { Lane } from "../bench/clients/lane.mjs";
import { slowLink } from "../bench/clients/slow-link.mjs";

const link = { octetsPerSecond: 2_500_000, delayMs: 50 };

/** Timers and looks at the clock are not one, and further apart on a busy machine: so much less than its time is right. */
const SLACK_MS = 20;

/** Takes what arrives, each packet in its moment. */
function arrivals(lane: Lane): { ms: number; octets: number }[] {
  const taken = [];
  for (let ms = lane.nextMs; ms !== null; ms = lane.nextMs) {
    taken.push({ ms, octets: lane.take(ms).reduce((sum, { length }) => sum + length, 0) });
  }
  return taken;
}

test("octets take their time at the rate, and the delay once", () => {
  const lane = new Lane(link);
  lane.send(Buffer.alloc(2_560_000), 1000);
  const taken = arrivals(lane);
  expect(taken.every(({ octets }) => octets > 0 && octets <= 1460)).toBe(true);
  expect(taken.reduce((sum, { octets }) => sum + octets, 0)).toBe(2_560_000);
  expect(taken[0]?.ms).toBeCloseTo(1000 + 1460 / 2500 + 50);
  expect(taken.at(-1)?.ms).toBeCloseTo(1000 + 1024 + 50);
  expect(lane.endAtMs(1000)).toBeCloseTo(1000 + 1024 + 50);
});

test("an octet there and one back take two delays", () => {
  const [there, back] = [new Lane(link), new Lane(link)];
  there.send(Buffer.from("x"), 0);
  const answeredMs = there.nextMs ?? Number.NaN;
  expect(there.take(answeredMs - 0.01)).toEqual([]);
  expect(there.take(answeredMs)).toEqual([Buffer.from("x")]);
  back.send(Buffer.from("y"), answeredMs);
  expect(back.nextMs).toBeCloseTo(100, 2);
});

test("what waits for the rate leaves behind what is before it, and idle time is no credit", () => {
  const lane = new Lane(link);
  lane.send(Buffer.alloc(2500), 0);
  lane.send(Buffer.alloc(1000), 0.5);
  expect(arrivals(lane).at(-1)?.ms).toBeCloseTo(1.4 + 50);
  lane.send(Buffer.alloc(2500), 1000);
  expect(arrivals(lane).at(-1)?.ms).toBeCloseTo(1001 + 50);
});

test("one look takes everything that has arrived, in order, and leaves the rest", () => {
  const lane = new Lane(link);
  const octets = Buffer.from(Array.from({ length: 10_000 }, (_, at) => at % 251));
  for (let at = 0; at < octets.length; at += 700) lane.send(octets.subarray(at, at + 700), 0);
  const first = Buffer.concat(lane.take(50 + 2));
  expect(first.length).toBeGreaterThan(5000 - 1460);
  expect(first.length).toBeLessThanOrEqual(5000);
  expect(Buffer.concat([first, ...lane.take(1000)])).toEqual(octets);
});

test("a sender is held up at 1 MiB until something has arrived", () => {
  const lane = new Lane(link);
  lane.send(Buffer.alloc(1024 * 1024 - 1), 0);
  expect(lane.full).toBe(false);
  lane.send(Buffer.alloc(1), 0);
  expect(lane.full).toBe(true);
  lane.take(lane.nextMs ?? Number.NaN);
  expect(lane.full).toBe(false);
});

test("nothing that is sent while TCP would connect leaves before it would have", () => {
  const lane = new Lane(link);
  lane.holdUntil(100);
  lane.send(Buffer.from("x"), 3);
  expect(lane.nextMs).toBeCloseTo(150, 2);
});

test.for([
  { tcpSetUp: false, greetingMs: 50 },
  { tcpSetUp: true, greetingMs: 200 },
])("through sockets every octet arrives, not before its time: %o", async ({ tcpSetUp, greetingMs }) => {
  const body = Buffer.from(Array.from({ length: 1_500_000 }, (_, at) => at % 253));
  const server = createServer({ allowHalfOpen: true }, (peer) => {
    peer.write("greeting");
    peer.once("data", () => {
      peer.write(body);
      peer.once("data", () => peer.end("farewell"));
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const running = await slowLink({ ...link, tcpSetUp, port: (server.address() as AddressInfo).port });
  try {
    const beganMs = performance.now();
    const client = connect({ host: "127.0.0.1", port: running.port });
    await once(client, "data");
    expect(performance.now() - beganMs).toBeGreaterThan(greetingMs - SLACK_MS);
    const askedMs = performance.now();
    client.write("x");
    const received: Buffer[] = [];
    for (let octets = 0; octets < body.length; octets += received.at(-1)?.length ?? 0) {
      received.push((await once(client, "data"))[0] as Buffer);
    }
    expect(Buffer.concat(received).equals(body)).toBe(true);
    const filledMs = performance.now() - beganMs;
    expect(performance.now() - askedMs).toBeGreaterThan(100 + 600 - SLACK_MS);
    client.write("x");
    expect(String(await once(client, "data"))).toBe("farewell");
    client.end();
    const visit = await running.visit();
    expect(visit).toMatchObject({ connections: 1, octets: "greeting".length + body.length + "farewell".length });
    expect(visit.filledMs).toBeGreaterThan(greetingMs + 700 - SLACK_MS);
    // The farewell, which is a round trip later, is not in it.
    expect(visit.filledMs).toBeLessThan(filledMs + SLACK_MS);
    expect(visit.spanMs).toBeGreaterThan(visit.filledMs + 100 - SLACK_MS);
    expect(await running.visit()).toMatchObject({ connections: 0, octets: 0 });
  } finally {
    running.close();
    server.close();
  }
});
