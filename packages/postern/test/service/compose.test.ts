// A service from its configuration: limits and deadlines reach the server, and a start that fails leaves nothing open.
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.js";
import type { Config } from "../../src/config/schema.js";
import { startService } from "../../src/service/compose.js";
import type { ServiceSurroundings } from "../../src/service/compose.js";
import { ServiceProblem } from "../../src/service/problem.js";
import { openRooms } from "../../src/service/rooms.js";

let cwd = "";
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "postern-compose-"));
});
afterEach(() => rmSync(cwd, { recursive: true }));

const config = (flags: Record<string, unknown>): Config =>
  loadConfig({
    cwd,
    env: {},
    flags,
    defaults: { listen: "127.0.0.1:0", listen_tls: "none", allow_plaintext_login: true, workers: 1 },
  });

const surroundings = (log: string[] = []): ServiceSurroundings => ({
  sink: (line) => log.push(line.slice(line.indexOf(" ") + 1, -1)),
  terminal: true,
  version: "0",
});

/** Sends these lines to a service with this configuration; what comes back until the server closes, and its log. */
async function answers(
  flags: Record<string, unknown>,
  lines: readonly string[],
): Promise<{ answer: string; log: string[] }> {
  const log: string[] = [];
  const service = await startService(config(flags), surroundings(log));
  const socket = connect(service.listening[0]?.port ?? 0, "127.0.0.1");
  socket.write(lines.map((line) => `${line}\r\n`).join(""));
  const answer = await text(socket);
  await service.stop();
  return { answer, log };
}

async function listening(server: Server, port = 0): Promise<number> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

test("limits reach the server", async () => {
  const login = ["USER nobody", "PASS wrong", "NOOP"];
  const { answer, log } = await answers({ "limits.login_failures": 1 }, login);
  expect(answer.match(/^-ERR/gm)).toHaveLength(1);
  expect(log).toContainEqual('127.0.0.1 "nobody" login by PASS refused: credentials');
  const useless = await answers({ "limits.useless_commands": 2 }, ["A", "B", "C", "D"]);
  expect(useless.answer.match(/^-ERR/gm)?.length).toBeLessThan(4);
  await expect.poll(() => useless.log).toContainEqual("127.0.0.1 session ended: misbehaved");
});

test("deadlines reach the server", async () => {
  const begunMs = Date.now();
  await answers({ "deadlines.login_seconds": 1 }, []);
  expect(Date.now() - begunMs).toBeGreaterThan(900);
});

test("implementation can be kept quiet", async () => {
  const capabilities = (answer: string): boolean => answer.includes("\r\nIMPLEMENTATION");
  expect(capabilities((await answers({}, ["CAPA", "QUIT"])).answer)).toBe(true);
  expect(capabilities((await answers({ implementation: "off" }, ["CAPA", "QUIT"])).answer)).toBe(false);
});

test("a start that fails gives back the ports and leases that it took", async () => {
  const [free, busy] = [createServer(), createServer()];
  const [freePort, busyPort] = [await listening(free), await listening(busy)];
  await new Promise((resolve) => free.close(resolve));
  const starting = startService(config({ listen: [`127.0.0.1:${freePort}`, `127.0.0.1:${busyPort}`] }), surroundings());
  await expect(starting).rejects.toBeInstanceOf(ServiceProblem);
  expect(await listening(free, freePort)).toBe(freePort);
  for (const server of [free, busy]) server.close();
});

test("a stop gives back what was open, so that the directory can be opened and started anew", async () => {
  const flags = { data: "data" };
  for (let start = 0; start < 2; start += 1) {
    const service = await startService(config(flags), surroundings());
    await service.stop();
  }
  const rooms = openRooms(config(flags), { create: false });
  expect(rooms.accounts.list()).toEqual([]);
  rooms.close();
});
