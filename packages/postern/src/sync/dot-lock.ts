// The lock that programs agree on which write to an mbox file: a file of the same name with `.lock` behind it. Node offers no lock of
// the system on a part of a file (fcntl) and none on the whole (flock), so this is the one there is; Dovecot, Postfix, Exim, procmail,
// maildrop, mutt and the `mail` programs all heed it where they can write into the directory.
// Knows nothing of what is in the file.
import { constants } from "node:fs";
import { copyFile, link, lstat, readFile, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { DestinationFailure } from "./destination.js";

/** How long another program may keep the file before the fetch gives up for this time. */
const WAIT_MS = 60_000;
const RETRY_MS = 100;

/** Nobody delivers or rewrites for so long: a lock of that age was left behind. */
const STALE_MS = 15 * 60_000;

/** Locks that this process has: one in its name that is not among these was left by an earlier process with the same number. */
const held = new Set<string>();

export interface DotLock {
  release(): Promise<void>;
}

/**
 * Waits for the lock and takes it. A lock that a dead process of ours left is removed at once, one of others when it is old. `tag` names
 * the file that it is prepared in, which no other process works with. Throws `DestinationFailure` where somebody keeps the lock, and
 * errors of the file system where it cannot be made.
 */
export async function lockFile(path: string, tag: string, waitMs: number = WAIT_MS): Promise<DotLock> {
  const lockPath = `${path}.lock`;
  const aside = `${lockPath}.${tag}`;
  const endMs = performance.now() + waitMs;
  while (!(await take(lockPath, aside))) {
    if (await isStale(lockPath)) await removeStale(lockPath, aside);
    else if (performance.now() < endMs) await sleep(RETRY_MS);
    else {
      throw new DestinationFailure(
        "temporary",
        `${path}: another program keeps ${lockPath}; wait for it, or remove that file if no program uses ${path}`,
      );
    }
  }
  return {
    release: async () => {
      held.delete(lockPath);
      await rm(lockPath, { force: true });
    },
  };
}

/** The first line is what others look for (liblockfile: the number of the process); the second lets us know our own. */
const ours = (pid: number): string => `${pid}\n${hostname()} postern\n`;

/** Made aside and then linked: so it is never there without the number of the process. */
async function take(lockPath: string, aside: string): Promise<boolean> {
  if (held.has(lockPath)) return false;
  held.add(lockPath);
  let taken = false;
  try {
    await writeFile(aside, ours(process.pid), { mode: 0o600 });
    await link(aside, lockPath).catch(async (error: unknown) => {
      if (hasCode(error, "EEXIST")) throw error;
      // Some file systems know no second name of a file.
      await copyFile(aside, lockPath, constants.COPYFILE_EXCL);
    });
    taken = true;
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
  } finally {
    if (!taken) held.delete(lockPath);
    await rm(aside, { force: true });
  }
  return taken;
}

function hasCode(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException).code === code;
}

async function isStale(lockPath: string): Promise<boolean> {
  if (held.has(lockPath)) return false;
  try {
    const { mtimeMs, size } = await lstat(lockPath);
    if (Date.now() - mtimeMs > STALE_MS) return true;
    if (size > 500) return false;
    const text = await readFile(lockPath, "latin1");
    const pid = Number(/^\d{1,10}(?=\n)/.exec(text)?.[0] ?? 0);
    return pid > 0 && text === ours(pid) && (pid === process.pid || !isAlive(pid));
  } catch (error) {
    if (hasCode(error, "ENOENT")) return false;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !hasCode(error, "ESRCH");
  }
}

/** Removes it only if it is still the stale one: another process may have removed that, and taken the lock, in between. */
async function removeStale(lockPath: string, aside: string): Promise<void> {
  try {
    await rename(lockPath, aside);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return;
    throw error;
  }
  if (!(await isStale(aside))) await link(aside, lockPath).catch(() => undefined);
  await rm(aside, { force: true });
}
