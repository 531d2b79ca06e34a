// Keeps two processes from fetching one account at the same time. The lock is SQLite's, on a file of its own: the system takes it away
// from a process that dies, whatever it dies of. Knows nothing of what is fetched.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import process from "node:process";
import { DatabaseSync } from "node:sqlite";
import { isBusy } from "../database/problem.js";

/** Another process fetches this account. The message names it. */
export class AccountInUse extends Error {
  override readonly name = "AccountInUse";
}

export interface AccountLock {
  release(): void;
}

/** Digits by which files that belong to an account are told apart: in names of locks, of unfinished messages and of spools. */
export function accountTag(account: string): string {
  return createHash("sha256").update(account).digest("hex").slice(0, 16);
}

/** Locks the account within that state file. Its directory must be there. Throws `AccountInUse`. */
export function lockAccount(statePath: string, account: string): AccountLock {
  const path = `${statePath}.${accountTag(account)}.lock`;
  // What says who has it lies beside the lock: whoever closes a file loses the process's locks on it.
  const holderPath = `${path}-holder`;
  const lock = new DatabaseSync(path, { timeout: 0 });
  try {
    lock.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw error;
    throw new AccountInUse(`${account} is being fetched by ${holderOf(holderPath)}; wait for it, or stop it`, {
      cause: error,
    });
  }
  writeFileSync(holderPath, `process ${process.pid} on ${hostname()} since ${new Date().toISOString()}`, {
    mode: 0o600,
  });
  return { release: () => void (lock.isOpen && lock.close()) };
}

function holderOf(path: string): string {
  try {
    return readFileSync(path, "utf8").slice(0, 500) || "another process";
  } catch {
    return "another process";
  }
}
