// The test server itself: its options, what it is where nothing misbehaves, and that it is gone when it is disposed of.
// Faults have files of their own beside this one.
import { execFile } from "node:child_process";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { none, noArgument, say, standard, type Capability } from "@postern/pop3";
import { Pop3Client } from "@postern/pop3/client";
import { startTestServer, Wire } from "@postern/pop3/testing";
import { expect, test } from "vitest";
import { stage } from "./stage.js";

test("a client works with it, in the clear, with STLS and with TLS", async () => {
  await using server = await startTestServer();
  expect(server.url).toBe(`pop3://127.0.0.1:${server.port}`);
  expect(server.tlsUrl).toBe(`pop3s://localhost:${server.tlsPort}`);
  for (const tls of ["none", "required", "implicit"] as const) {
    const client = await Pop3Client.connect({
      host: "localhost",
      port: tls === "implicit" ? server.tlsPort : server.port,
      tls,
      tlsOptions: { ca: server.ca },
      auth: { user: "alice", password: "secret", cleartext: tls === "none" },
    });
    expect((await client.stat()).count).toBe(3);
    await client.quit();
    await server.ended();
  }
  expect(server.sessions.map(({ secure }) => secure)).toEqual([false, true, true]);
});

test("accounts and messages of several users", async () => {
  await using server = await startTestServer({
    accounts: { ann: "one", bob: "two" },
    messages: { bob: ["Subject: ä\n", Uint8Array.of(0xff)], ann: [] },
  });
  expect(server.maildrops.messages("ann")).toEqual([]);
  expect(server.maildrops.messages("bob").map(({ uniqueId, octets }) => [uniqueId, octets])).toEqual([
    ["message-1", 13],
    ["message-2", 3],
  ]);
  await server.maildrops.deliver("ann", new TextEncoder().encode("later"));
  expect(server.maildrops.messages("ann")).toHaveLength(1);
  await expect(startTestServer({ messages: { eve: ["x"] } })).rejects.toThrow("messages for eve, who has no account");
});

const shout: Capability = {
  tag: "X-SHOUT",
  name: "x-shout",
  registration: null,
  argument: noArgument,
  commands: [
    {
      keyword: "XSHO",
      params: none,
      validIn: ["AUTHORIZATION"],
      reply: "multi",
      serve: () => ({ status: "+OK", text: say("bye"), body: new TextEncoder().encode("LOUD\r\n") }),
    },
  ],
  affects: "none",
  announced: { in: "both", differs: false },
  reference: ["this test"],
  definedIn: "this test",
  discussion: "For tests.",
  checks: [],
  available: () => true,
  value: () => undefined,
};

test("declarations of one's own, and faults for their commands", async () => {
  await using set = await stage([{ fault: "missing-terminator", on: "XSHO", nth: 2 }], {
    capabilities: [...standard, shout],
    enabled: ["X-SHOUT", "UIDL"],
  });
  const wire = await set.greeted();
  wire.send("CAPA\r\nXSHO\r\nXSHO\r\nQUIT\r\n");
  await wire.line();
  expect(await wire.body()).toEqual(["UIDL", "X-SHOUT"]);
  await wire.line();
  expect(await wire.body()).toEqual(["LOUD"]);
  expect([await wire.line(), await wire.line(), await wire.line()]).toEqual(["+OK bye", "LOUD", "+OK bye"]);
});

test("mechanisms, policies, shared secrets, logins in the clear, and options of the server", async () => {
  await using set = await stage([], {
    mechanisms: ["PLAIN", "CRAM-MD5"],
    policies: { loginDelaySeconds: 60, retentionDays: 7 },
    sharedSecrets: true,
    server: { implementation: null },
  });
  const first = await set.greeted();
  first.send("CAPA\r\n");
  expect(await first.line()).toBe("+OK capability list follows");
  const lines = await first.body();
  expect(lines).toEqual(expect.arrayContaining(["SASL PLAIN CRAM-MD5", "LOGIN-DELAY 60", "EXPIRE 7"]));
  expect(lines.join()).not.toContain("IMPLEMENTATION");
  const again = await set.login();
  again.send("QUIT\r\n");
  await again.line();
  const refused = await set.greeted();
  refused.send("USER alice\r\nPASS secret\r\n");
  await refused.line();
  expect(await refused.line()).toMatch(/^-ERR \[LOGIN-DELAY\]/);
  await using strict = await stage([], { cleartextLogin: "never" });
  const wire = await strict.greeted();
  wire.send("USER alice\r\n");
  expect(await wire.line()).toMatch(/^-ERR/);
});

test("wrong passwords are answered at once", async () => {
  await using set = await stage([]);
  const wire = await set.greeted();
  wire.send("USER alice\r\nPASS wrong\r\n".repeat(8));
  for (let line = 1; line <= 16; line++) expect(await wire.line()).toMatch(line % 2 === 1 ? /^\+OK/ : /^-ERR \[AUTH\]/);
});

test("its sessions end with it, whatever they are doing", async () => {
  const server = await startTestServer({
    faults: [
      { fault: "stall", on: "NOOP" },
      { fault: "delay", on: "STAT", ms: 60_000 },
      { fault: "reordered", on: "LIST", withinMs: 60_000 },
      { fault: "drop", on: "UIDL" },
    ],
  });
  const idle = await Wire.connect({ port: server.port });
  for (const command of ["NOOP", "STAT", "LIST", "UIDL"]) {
    const socket = connect({ port: server.port, host: "127.0.0.1", allowHalfOpen: true });
    socket.on("error", () => {});
    socket.write(`${command}\r\n`);
    await expect.poll(() => server.sessions.at(-1)?.commands.at(-1)).toBe(command);
  }
  await server.close();
  await server.ended();
  expect(server.sessions.map(({ ended }) => ended)).toEqual([true, true, true, true, true]);
  expect(server.server.sessionCount).toBe(0);
  await expect(Wire.connect({ port: server.port })).rejects.toThrow(/ECONNREFUSED/);
  idle.close();
});

test("a process ends by itself once its test server is closed", async () => {
  const script = `
    import { connect } from "node:net";
    import { startTestServer } from "@postern/pop3/testing";
    const server = await startTestServer({ faults: [
      { fault: "stall", on: "NOOP" }, { fault: "delay", on: "STAT", ms: 60000 }, { fault: "reordered", on: "LIST", withinMs: 60000 },
      { fault: "drop", on: "UIDL" },
    ] });
    const socket = connect(server.port, "127.0.0.1").on("error", () => {});
    for (const command of ["NOOP", "STAT", "LIST", "UIDL"]) {
      const socket = connect({ port: server.port, host: "127.0.0.1", allowHalfOpen: true }).on("error", () => {});
      socket.on("data", () => socket.write(command + "\\r\\n"));
    }
    while (server.sessions.filter(({ commands }) => commands.length > 0).length < 4) await new Promise((r) => setTimeout(r, 5));
    socket.destroy();
    setTimeout(() => { throw new Error("something is left"); }, 20000).unref();
    await server.close();
    console.log("closed");
  `;
  const cwd = fileURLToPath(new URL("../..", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], {
    cwd,
    timeout: 30_000,
  });
  expect(stdout).toBe("closed\n");
}, 40_000);
