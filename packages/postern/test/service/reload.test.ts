// Reload: a new configuration serves who comes now, an open session goes on by the old one, and a wrong one changes nothing.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { addUser, certificateAt, configOf, started, writeCertificate } from "./running.js";

let cwd = "";
beforeEach(async () => {
  cwd = mkdtempSync(join(tmpdir(), "postern-reload-"));
  await addUser(cwd, "ann");
});
afterEach(() => rmSync(cwd, { recursive: true }));

describe.each([1, 2])("with %i workers", (workers) => {
  test("a new certificate is for new connections, and a session that is open goes on", async () => {
    const files = await writeCertificate(cwd, "old.example.net");
    await using running = await started(configOf(cwd, { workers, ...files }));
    expect(await certificateAt(running.tlsPort)).toBe("old.example.net");
    const { wire } = await running.login();

    await writeCertificate(cwd, "new.example.net");
    await running.service.reload(configOf(cwd, { workers, ...files }));
    for (let attempt = 0; attempt < 6; attempt += 1) {
      expect(await certificateAt(running.tlsPort)).toBe("new.example.net");
    }
    expect((await running.told("service.reloaded")).msg).toBe("reloaded; changed: the certificate");
    wire.send("DELE 1\r\nQUIT\r\n");
    expect(await wire.line()).toMatch(/^\+OK/);
    expect(await wire.line()).toMatch(/^\+OK/);
    // Nothing of the old session is left: its lease is free, and what it deleted is gone.
    expect((await running.login()).answer).toMatch(/^\+OK .*messages: 0,/);
  });

  test("a maildrop that an old session has open is in use for new ones", async () => {
    await using running = await started(configOf(cwd, { workers }));
    await running.login();
    await running.service.reload(configOf(cwd, { workers }));
    expect((await running.login()).answer).toMatch(/^-ERR \[IN-USE\]/);
  });

  test("connections of old sessions count, and limits may change", async () => {
    await using running = await started(configOf(cwd, { workers, "limits.connections": 4 }));
    for (let at = 0; at < 4; at += 1) await running.connected();
    await running.service.reload(configOf(cwd, { workers, "limits.connections": 6 }));
    for (let at = 0; at < 2; at += 1) expect((await running.connected()).greeting).toMatch(/^\+OK/);
    expect((await running.connected()).greeting).toMatch(/^-ERR \[SYS\/TEMP\] too many/);
  });

  test("what cannot be served is refused, and everything goes on", async () => {
    await using running = await started(configOf(cwd, { workers, implementation: "before" }));
    const wrong = configOf(cwd, { workers, implementation: "after", capabilities: ["TPO"] });
    await expect(running.service.reload(wrong)).rejects.toThrow(/cannot be served: .*TPO/);
    const { wire } = await running.connected();
    wire.send("CAPA\r\n");
    await wire.line();
    expect(await wire.body()).toContain("IMPLEMENTATION before");
    // And it can still be done right.
    await running.service.reload(configOf(cwd, { workers, implementation: "after" }));
    expect((await running.login()).answer).toMatch(/^\+OK/);
  });

  test("places to listen on come and go", async () => {
    await using running = await started(configOf(cwd, { workers }));
    const { wire } = await running.connected();
    await running.service.reload(configOf(cwd, { workers, listen: "none" }));
    expect(running.service.listening).toEqual([]);
    await expect(running.connected()).rejects.toThrow("ECONNREFUSED");
    wire.send("USER ann\r\nPASS secret\r\n");
    await wire.line();
    expect(await wire.line()).toMatch(/^\+OK/);
    await running.service.reload(configOf(cwd, { workers, listen: `127.0.0.1:${running.port}` }));
    expect((await running.connected()).greeting).toMatch(/^\+OK/);
    expect(running.service.listeningTls[0]?.port).toBe(running.tlsPort);
  });
});

test("a certificate that does not fit its key is refused with the reason", async () => {
  const files = await writeCertificate(cwd, "old.example.net");
  await using running = await started(configOf(cwd, files));
  writeFileSync(files.tls_key, "no key\n");
  await expect(running.service.reload(configOf(cwd, files))).rejects.toThrow("holds no private key in PEM form");
  expect(await certificateAt(running.tlsPort)).toBe("old.example.net");
});

test("the data directory cannot change, and another one is not even made", async () => {
  await using running = await started(configOf(cwd));
  await expect(running.service.reload(configOf(cwd, { data: "other" }))).rejects.toThrow(
    /The key data cannot change while the server runs/,
  );
  expect(existsSync(join(cwd, "other"))).toBe(false);
  expect((await running.login()).answer).toMatch(/^\+OK/);
});

test("how many workers there are counts from the next start, and the log says so", async () => {
  await using running = await started(configOf(cwd));
  await running.service.reload(configOf(cwd, { workers: 2 }));
  expect(running.log.map(({ msg }) => msg)).toContain(
    "the number of workers stays 1: a change of that key counts from the next start",
  );
});

test("the log follows the configuration", async () => {
  await using running = await started(configOf(cwd, { "log.level": "error" }));
  await running.login();
  expect(running.log).toEqual([]);
  await running.service.reload(configOf(cwd, { "log.level": "debug" }));
  expect((await running.told("service.reloaded")).msg).toBe("reloaded; changed: log.level");
  await running.connected();
  await running.told("session.opened");
});

test("tasks of the process are stopped and started with the configuration, never two at a time", async () => {
  const told: string[] = [];
  const running = await started(configOf(cwd), {
    onPrimary: ({ implementation }) => {
      told.push(`start ${implementation}`);
      return [{ stop: () => void told.push(`stop ${implementation}`) }];
    },
  });
  await running.service.reload(configOf(cwd, { implementation: "B" }));
  await expect(running.service.reload(configOf(cwd, { capabilities: ["TPO"] }))).rejects.toThrow("TPO");
  await running.service.stop();
  expect(told).toEqual(["start Postern", "stop Postern", "start B", "stop B"]);
});

test("monitoring can be switched on, moved and switched off", async () => {
  await using running = await started(configOf(cwd));
  expect(running.service.monitoring).toBeNull();
  await running.service.reload(configOf(cwd, { "metrics.listen": "127.0.0.1:0" }));
  const at = `http://127.0.0.1:${running.service.monitoring?.port}`;
  expect(await (await fetch(`${at}/healthz`)).text()).toBe("ok\n");
  await running.connected();
  await expect.poll(async () => (await fetch(`${at}/metrics`)).text()).toContain("\npostern_sessions_open 1\n");
  await running.service.reload(configOf(cwd));
  await expect(fetch(`${at}/healthz`)).rejects.toThrow("fetch failed");
});

test("health is bad from the beginning of a stop to its end", async () => {
  const { promise: asked, resolve: answered } = Promise.withResolvers<void>();
  const running = await started(configOf(cwd, { "metrics.listen": "127.0.0.1:0" }), {
    onPrimary: () => [{ stop: async () => asked }],
  });
  const at = `http://127.0.0.1:${running.service.monitoring?.port}/healthz`;
  expect((await fetch(at)).status).toBe(200);
  const stopped = running.service.stop();
  const answer = await fetch(at);
  expect([answer.status, await answer.text()]).toEqual([503, "stopping\n"]);
  answered();
  await stopped;
});
