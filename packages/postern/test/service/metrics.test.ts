// What is counted of sessions, as /metrics shows it: after a session as clients have it, and with labels of a closed set.
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { MemoryAccounts, MemoryMaildrops, Pop3Server } from "@postern/pop3/server";
import type { SessionFacts } from "@postern/pop3/server";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SessionMetrics } from "../../src/service/metrics.js";
import { ProcessMetrics } from "../../src/service/process-metrics.js";

const facts = { version: "1.2.3", workers: () => 1, certificateEndsMs: () => 5000 };
const peer: SessionFacts = { session: "1", remoteAddress: "192.0.2.1", secure: true, user: null };

let server: Pop3Server;
let metrics: SessionMetrics;
let whole: ProcessMetrics;
beforeEach(async () => {
  const maildrops = new MemoryMaildrops();
  await maildrops.deliver("ann", Buffer.from("Subject: one\n\ntext\n"));
  const authenticator = new MemoryAccounts({ ann: "secret" });
  server = new Pop3Server({ maildrops, authenticator, cleartextLogin: "loopback" });
  metrics = new SessionMetrics(0);
  metrics.watch(server, ["SCRAM-SHA-256"]);
  whole = new ProcessMetrics(facts);
});
afterEach(async () => {
  await server.close({ graceMs: 0 });
  metrics.close();
  whole.close();
});

/** The page's series, by name and labels. */
async function series(): Promise<Map<string, number>> {
  const page = await whole.page(new Map([[0, await metrics.snapshot()]]));
  expect(page.type).toMatch(/^text\/plain; version=0\.0\.4/);
  const lines = page.text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const [, name = "", value = ""] = /^(\S+(?:\{.*\})?) (\S+)$/.exec(line) ?? [];
      expect(name, line).not.toBe("");
      return [name, Number(value)];
    }),
  );
}

async function session(...lines: string[]): Promise<string> {
  const { port } = await server.listen();
  const socket = connect(port, "127.0.0.1");
  socket.write(lines.map((line) => `${line}\r\n`).join(""));
  return text(socket);
}

test("a session with a wrong password, a login, a message and a deletion", async () => {
  const answer = await session("USER ann", "PASS wrong", "USER ann", "PASS secret", "RETR 1", "DELE 1", "XYZ", "QUIT");
  await expect.poll(async () => (await series()).get('postern_sessions_ended_total{reason="quit"}')).toBe(1);
  const counted = await series();
  const expected: Record<string, number> = {
    postern_sessions_open: 0,
    postern_sessions_opened_total: 1,
    'postern_octets_total{direction="out"}': answer.length,
    'postern_commands_total{keyword="PASS",status="-ERR"}': 1,
    'postern_commands_total{keyword="PASS",status="+OK"}': 1,
    'postern_commands_total{keyword="RETR",status="+OK"}': 1,
    'postern_commands_total{keyword="none",status="-ERR"}': 1,
    'postern_logins_total{outcome="accepted",method="PASS"}': 1,
    'postern_logins_total{outcome="credentials",method="PASS"}': 1,
    'postern_login_seconds_count{outcome="accepted"}': 1,
    'postern_login_seconds_count{outcome="refused"}': 1,
    postern_command_seconds_count: 8,
    postern_messages_retrieved_total: 1,
    postern_messages_deleted_total: 1,
  };
  for (const [name, value] of Object.entries(expected)) expect(counted.get(name), name).toBe(value);
});

test("a session that is open is counted as open, until its server is forgotten", async () => {
  const { port } = await server.listen();
  const socket = connect(port, "127.0.0.1");
  await expect.poll(async () => (await series()).get("postern_sessions_open")).toBe(1);
  socket.destroy();
  metrics.forget(server);
  expect((await series()).get("postern_sessions_open")).toBe(0);
});

test("a maildrop in use is a conflict of leases, and its code is counted", async () => {
  server.emit("login.refused", { ...peer, method: "SCRAM-SHA-256", name: "ann", cause: "in-use" });
  server.emit("command.answered", { ...peer, keyword: "AUTH", status: "-ERR", code: "IN-USE", durationMs: 20 });
  const counted = await series();
  expect(counted.get("postern_lease_conflicts_total")).toBe(1);
  expect(counted.get('postern_logins_total{outcome="in-use",method="SCRAM-SHA-256"}')).toBe(1);
  expect(counted.get('postern_response_codes_total{code="IN-USE"}')).toBe(1);
  expect(counted.get('postern_login_seconds_bucket{le="0.01",outcome="refused"}')).toBe(0);
  expect(counted.get('postern_login_seconds_bucket{le="0.025",outcome="refused"}')).toBe(1);
});

test("TLS: versions, failures, octets behind STLS", async () => {
  server.emit("tls.started", { ...peer, version: "TLSv1.3", droppedOctets: 17 });
  server.emit("tls.failed", { ...peer, problem: "x" });
  const counted = await series();
  expect(counted.get('postern_tls_started_total{version="TLSv1.3"}')).toBe(1);
  expect(counted.get("postern_tls_failed_total")).toBe(1);
  expect(counted.get("postern_tls_dropped_octets_total")).toBe(17);
});

test("what is not declared has one series for all of it", async () => {
  for (let at = 0; at < 500; at += 1) {
    server.emit("login.refused", { ...peer, method: `M${at}`, name: "ann", cause: `c${at}` });
    server.emit("command.answered", { ...peer, keyword: `K${at}`, status: "-ERR", code: `C${at}`, durationMs: 1 });
  }
  const counted = await series();
  expect(counted.get('postern_logins_total{outcome="other",method="other"}')).toBe(500);
  expect(counted.get('postern_commands_total{keyword="other",status="-ERR"}')).toBe(500);
  expect(counted.get('postern_response_codes_total{code="other"}')).toBe(500);
  expect(counted.size).toBeLessThan(250);
});

test("workers are added up, and what a dead one had counted stays counted", async () => {
  const second = new SessionMetrics(1);
  server.emit("session.refused", { remoteAddress: "192.0.2.1", reason: "too-many" });
  second.watch(server, []);
  server.emit("session.refused", { remoteAddress: "192.0.2.1", reason: "too-many" });
  const refused = async (...workers: [number, SessionMetrics][]): Promise<string | undefined> => {
    const snapshots = await Promise.all(workers.map(async ([at, one]) => [at, await one.snapshot()] as const));
    const { text: page } = await whole.page(new Map(snapshots));
    return /^postern_connections_refused_total\{reason="too-many"\} (\d+)$/m.exec(page)?.[1];
  };
  expect(await refused([0, metrics], [1, second])).toBe("3");
  whole.died(1);
  second.close();
  expect(await refused([0, metrics])).toBe("3");
  const reborn = new SessionMetrics(1);
  reborn.watch(server, []);
  server.emit("session.refused", { remoteAddress: "192.0.2.1", reason: "too-many" });
  expect(await refused([0, metrics], [1, reborn])).toBe("5");
  reborn.close();
});

test("the process: what runs, when the certificate ends, how reloads went", async () => {
  whole.reloaded("refused");
  const counted = await series();
  expect(counted.get(`postern_build_info{version="1.2.3",node="${process.versions.node}"}`)).toBe(1);
  expect(counted.get("postern_certificate_end_seconds")).toBe(5);
  expect(counted.get('postern_reloads_total{outcome="refused"}')).toBe(1);
  expect(counted.get("postern_workers")).toBe(1);
  expect(counted.get("process_start_time_seconds")).toBeGreaterThan(1e9);
  expect([...counted.keys()].some((name) => name.startsWith("nodejs_eventloop_lag"))).toBe(true);
});
