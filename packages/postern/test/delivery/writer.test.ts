// Real processes: a writer that dies half-way must not look like one that is done.
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { fixtureFolder } from "./fixture-folder.js";

const writer = fileURLToPath(new URL("../../src/delivery/writer.ts", import.meta.url));

// The reader says what it thinks of its writer once its input has ended.
const reader = `
  import { writeFileSync } from "node:fs";
  import { watchedWriter } from ${JSON.stringify(writer)};
  const alive = watchedWriter(0);
  writeFileSync("ready", "");
  for await (const piece of process.stdin) void piece;
  writeFileSync("answer", String(await alive()));
`;

// The writer starts the reader, writes half of a message, and waits to be killed or ends its output.
const parent = `
  import { spawn } from "node:child_process";
  const reader = spawn(process.execPath, ["reader.mjs"], { stdio: ["pipe", "inherit", "inherit"] });
  reader.stdin.write("Subject: half");
  process.on("SIGTERM", () => reader.stdin.end());
  setInterval(() => {}, 1000);
`;

async function content(path: string): Promise<string> {
  for (let tries = 0; tries < 1000; tries++) {
    const text = await readFile(path, "utf8").catch(() => null);
    if (text !== null && (text !== "" || path.endsWith("ready"))) return text;
    await sleep(10);
  }
  throw new Error(`${path} was not written`);
}

test.each([
  ["SIGKILL", "false"],
  ["SIGTERM", "true"],
] as const)("a writer that gets %s: %s", async (signal, answer) => {
  const folder = await fixtureFolder({ "reader.mjs": reader, "parent.mjs": parent });
  const child = spawn(process.execPath, ["parent.mjs"], { cwd: folder, stdio: "inherit" });
  await content(join(folder, "ready"));
  child.kill(signal);
  expect(await content(join(folder, "answer"))).toBe(answer);
  child.kill("SIGKILL");
});
