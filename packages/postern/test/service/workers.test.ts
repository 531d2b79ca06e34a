// Several workers: all serve on one port, keep one limit, and one that dies is missed by nobody for long.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BroadcastChannel } from "node:worker_threads";
import type { Wire } from "@postern/pop3/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { addUser, configOf, started } from "./running.js";
import type { Running } from "./running.js";

let cwd = "";
let threads: number[] = [];
let mortality: BroadcastChannel;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "postern-workers-"));
  threads = [];
  mortality = new BroadcastChannel("postern-test-mortality");
  mortality.addEventListener("message", (event) => {
    const { born } = (event as MessageEvent).data as { readonly born?: number };
    if (born !== undefined) threads.push(born);
  });
});
afterEach(() => {
  mortality.close();
  rmSync(cwd, { recursive: true });
});

const two = (flags: Readonly<Record<string, unknown>> = {}): ReturnType<typeof started> =>
  started(configOf(cwd, { workers: 2, "log.level": "debug", ...flags }));

/** Opens sessions until both workers have one. The system chooses which of them gets a connection. */
async function onBoth(running: Running): Promise<Map<unknown, Wire[]>> {
  const wires = new Map<unknown, Wire[]>();
  while (wires.size < 2) {
    const { wire, greeting } = await running.connected();
    expect(greeting).toMatch(/^\+OK/);
    const open = (): Running["log"] => running.log.filter(({ event }) => event === "session.opened");
    const count = [...wires.values()].flat().length;
    await expect.poll(() => open().length).toBe(count + 1);
    const worker = open()[count]?.["worker"];
    wires.set(worker, [...(wires.get(worker) ?? []), wire]);
  }
  return wires;
}

test("both serve on one port, with session ids of their own", async () => {
  await addUser(cwd, "ann");
  await using running = await two();
  await onBoth(running);
  expect(await running.login()).toMatchObject({ answer: expect.stringMatching(/^\+OK .*messages: 1,/) as string });
  const sessions = running.log.filter(({ event }) => event === "session.opened").map((line) => line["session"]);
  expect(new Set(sessions).size).toBe(sessions.length);
});

test("a maildrop that is open at one is in use at the other", async () => {
  await addUser(cwd, "ann");
  await using running = await two();
  const first = await running.login();
  expect(first.answer).toMatch(/^\+OK/);
  for (let attempt = 0; attempt < 10; attempt += 1) {
    expect((await running.login()).answer).toMatch(/^-ERR \[IN-USE\]/);
  }
});

test("the limit of connections is one for both", async () => {
  await using running = await two({ "limits.connections": 8 });
  const wires: Wire[] = [];
  for (let at = 0; at < 8; at += 1) {
    const { wire, greeting } = await running.connected();
    expect(greeting).toMatch(/^\+OK/);
    wires.push(wire);
  }
  for (let at = 0; at < 8; at += 1)
    expect((await running.connected()).greeting).toMatch(/^-ERR \[SYS\/TEMP\] too many/);
  wires[0]!.send("QUIT\r\n");
  await running.told("session.ended");
  await expect.poll(async () => (await running.connected()).greeting).toMatch(/^\+OK/);
});

test("one that dies is started anew; its connections and leases are free at once", async () => {
  await addUser(cwd, "ann");
  await using running = await two({ "limits.connections": 40, "metrics.listen": "127.0.0.1:0" });
  const { port } = running.service.monitoring!;
  await onBoth(running);
  const { wire, answer } = await running.login();
  expect(answer).toMatch(/^\+OK/);
  const holder = running.log.find(({ event }) => event === "login.accepted")?.["worker"];
  await fetch(`http://127.0.0.1:${port}/metrics`);

  // Threads are born in the order of their workers.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
  mortality.postMessage(threads.toSorted((one, other) => one - other)[Number(holder)]);
  expect(await running.told("worker.died")).toMatchObject({ worker: holder, level: "error" });
  expect(running.log.find(({ event }) => event === "worker.died")?.msg).toContain("this worker was told to die");
  expect(await wire.line()).toBeNull();
  await expect.poll(async () => (await running.login()).answer).toMatch(/^\+OK/);

  await expect.poll(() => threads.length).toBe(3);
  const metrics = async (): Promise<string> => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  await expect.poll(metrics).toContain("\npostern_workers 2\n");
  expect(await metrics()).toContain("\npostern_worker_deaths_total 1\n");
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);

  // What the dead one had counted is free: the limit can be reached again, and no less.
  const open = Number(/^postern_sessions_open (\d+)$/m.exec(await metrics())?.[1]);
  let more = 0;
  while ((await running.connected()).greeting?.startsWith("+OK") === true) more += 1;
  expect(open + more).toBe(40);
});

test("a stop ends all of them, and idle sessions hear of it", async () => {
  const running = await two();
  const wires = [...(await onBoth(running)).values()].flat();
  await running.service.stop();
  for (const wire of wires) expect(await wire.line()).toMatch(/^-ERR .*the server is stopping/);
  await expect(running.connected()).rejects.toThrow("ECONNREFUSED");
});

test("a port that another server holds is not shared with it, even if it would share", async () => {
  await using running = await two();
  const flags = { workers: 2, data: "other", listen: `127.0.0.1:${running.port}` };
  await expect(started(configOf(cwd, flags))).rejects.toThrow("is in use by another program");
});
