// Lines on their way to a descriptor: all of them and in order; and what becomes of them where the descriptor takes none.
import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, read as fsRead, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { LogWriter } from "../../src/service/log-writer.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "postern-log-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("lines come whole and in order, however many are written at once", async () => {
  const file = join(folder, "log");
  const fd = openSync(file, "w");
  const writer = new LogWriter(fd);
  const lines = Array.from({ length: 5000 }, (_, at) => `${at} ${"ü".repeat(at % 50)}\n`);
  for (const line of lines) writer.write(line);
  await writer.flushed(10_000);
  closeSync(fd);
  expect(readFileSync(file, "utf8")).toBe(lines.join(""));
});

test("the moment of exit writes what still waits", () => {
  const file = join(folder, "log");
  const fd = openSync(file, "w");
  const writer = new LogWriter(fd);
  // The first is on its way already; the others wait for it.
  for (const line of ["one\n", "two\n", "three\n"]) writer.write(line);
  writer.flushNow();
  expect(readFileSync(file, "utf8")).toContain("two\nthree\n");
});

test.runIf(process.platform === "linux")("a full disk costs lines and nothing else", async () => {
  const fd = openSync("/dev/full", "w");
  const writer = new LogWriter(fd);
  for (let at = 0; at < 100; at += 1) writer.write("a line\n");
  await writer.flushed(10_000);
  writer.write("one more\n");
  writer.flushNow();
  await writer.flushed(10_000);
  closeSync(fd);
});

test("a reader that takes nothing is not waited for, takes bounded memory, and hears how much was lost", async () => {
  const fifo = join(folder, "fifo");
  execFileSync("mkfifo", [fifo]);
  const fd = openSync(fifo, "r+");
  const writer = new LogWriter(fd);
  const line = `${"x".repeat(999)}\n`;
  for (let at = 0; at < 10_000; at += 1) writer.write(line);
  const begunMs = Date.now();
  await writer.flushed(50);
  expect(Date.now() - begunMs).toBeLessThan(5000);

  const some = Buffer.alloc(65_536);
  let read = "";
  while (!/"lines":\d+/.test(read)) {
    const { bytesRead } = await promisify(fsRead)(fd, some, 0, some.length, null);
    read += some.toString("utf8", 0, bytesRead);
  }
  const lost = Number(/"lines":(\d+)/.exec(read)?.[1]);
  expect(lost).toBeGreaterThan(5000);
  closeSync(fd);
});
