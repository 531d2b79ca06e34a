// What a server of the farm really sends, fetched by a program that shares no code with this project: `reference.py` beside this file.
// Knows no server. A client that gets the same octets has changed nothing.
import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { RunningInteropServer } from "./server.js";

const program = fileURLToPath(new URL("reference.py", import.meta.url));

/** Why there is no reference here; null where there is. */
export function referenceMissing(): string | null {
  return spawnSync("python3", ["--version"]).error === undefined ? null : "python3 is not installed";
}

/** Every message in its order, octet for octet, without dot-stuffing. Deletes none. Needs Python. */
export async function fetchAll({ port, user, password }: RunningInteropServer): Promise<Uint8Array[]> {
  const folder = await mkdtemp(join(tmpdir(), "postern-reference-"));
  try {
    await promisify(execFile)("python3", [program, String(port), user, password, folder]);
    const names = (await readdir(folder)).toSorted();
    return await Promise.all(names.map(async (name) => readFile(join(folder, name))));
  } finally {
    await rm(folder, { recursive: true });
  }
}
