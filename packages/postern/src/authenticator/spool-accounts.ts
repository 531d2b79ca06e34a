// The accounts of a data directory: names, password hashes, and whether they may log in. An account and its maildrop are made
// in one transaction and removed in one (`SpoolMaildrops.remove`): the account's row goes with the maildrop's.
import type { Authenticator } from "@postern/pop3/server";
import type { StatementSync } from "node:sqlite";
import type { PosternDatabase } from "../database/database.js";
import { assertUserName, userNameProblem } from "../database/user-name.js";
import { HASH_COST, hashPassword, impossibleHash, isOutdated, isPasswordOf, type HashCost } from "./password-hash.js";
import { VerifiedPasswords } from "./verified-passwords.js";
import { WorkQueue } from "./work-queue.js";

/** Octets of the longest password, in UTF-8. Longer ones are wrong; what a peer makes us compute is bounded. */
const PASSWORD_OCTETS = 1024;

/** Hashes computed at a time: the thread pool has four threads, and the disk needs one. */
const HASHES_AT_ONCE = 3;

/** Logins that may wait for a hash: a few seconds' work. */
const HASHES_WAITING = 200;

/** How long a password that was right is right without a computation. */
const REMEMBERED_MS = 60_000;

/** An account cannot be made or changed as asked. The message says why. */
export class AccountRefused extends Error {
  override readonly name = "AccountRefused";
}

/** What is known of an account. */
export interface AccountFacts {
  readonly name: string;
  /** A disabled account cannot log in; its mail is still accepted. */
  readonly enabled: boolean;
  readonly createdMs: number;
}

/** What a test may set. */
export interface SpoolAccountsOptions {
  readonly cost?: HashCost;
  readonly now?: () => number;
}

/** Names are compared exactly, case included. */
export class SpoolAccounts implements Authenticator {
  readonly #database: PosternDatabase;
  readonly #cost: HashCost;
  readonly #nobody: string;
  readonly #queue = new WorkQueue(HASHES_AT_ONCE, HASHES_WAITING);
  readonly #verified: VerifiedPasswords;
  readonly #select: StatementSync;
  readonly #selectAll: StatementSync;
  readonly #addMaildrop: StatementSync;
  readonly #insert: StatementSync;
  readonly #setHash: StatementSync;
  readonly #replaceHash: StatementSync;
  readonly #setEnabled: StatementSync;

  constructor(database: PosternDatabase, { cost = HASH_COST, now = Date.now }: SpoolAccountsOptions = {}) {
    this.#database = database;
    this.#cost = cost;
    this.#nobody = impossibleHash(cost);
    this.#verified = new VerifiedPasswords(REMEMBERED_MS, now);
    const { main } = database;
    const OF_USER = "maildrop = (SELECT id FROM maildrop WHERE user = ?)";
    this.#select = main.prepare(`SELECT password_hash, enabled FROM account WHERE ${OF_USER}`);
    this.#selectAll = main.prepare(`
      SELECT maildrop.user, account.enabled, account.created_ms
      FROM account JOIN maildrop ON maildrop.id = account.maildrop ORDER BY maildrop.user`);
    this.#addMaildrop = main.prepare("INSERT INTO maildrop (user) VALUES (?) ON CONFLICT DO NOTHING");
    this.#insert = main.prepare(`
      INSERT INTO account (maildrop, password_hash, created_ms)
      SELECT id, ?, ? FROM maildrop WHERE user = ? ON CONFLICT DO NOTHING`);
    this.#setHash = main.prepare(`UPDATE account SET password_hash = ? WHERE ${OF_USER}`);
    this.#replaceHash = main.prepare(`UPDATE account SET password_hash = ? WHERE ${OF_USER} AND password_hash = ?`);
    this.#setEnabled = main.prepare(`UPDATE account SET enabled = ? WHERE ${OF_USER}`);
  }

  /** In the same time for unknown, disabled and overlong names. Throws `QueueFull` under a flood, and what the database throws. */
  async verifyPassword(name: string, password: string): Promise<string | null> {
    const row = userNameProblem(name) === null ? this.#select.get(name) : undefined;
    const tooLong = Buffer.byteLength(password) > PASSWORD_OCTETS;
    const enabled = row?.["enabled"] === 1;
    const hash = row === undefined || tooLong ? this.#nobody : String(row["password_hash"]);
    if (enabled && !tooLong && this.#verified.has(name, password, hash)) return name;

    const right = await this.#queue.run(async () => isPasswordOf(tooLong ? "" : password, hash));
    if (!right || !enabled) return null;
    this.#verified.add(name, password, hash);
    if (isOutdated(hash, this.#cost)) await this.#renew(name, password, hash);
    return name;
  }

  /** Makes an account, and its maildrop with it. Throws `UserNameRefused` and `AccountRefused`. */
  async add(name: string, password: string): Promise<void> {
    assertUserName(name);
    const hash = await this.#hashNew(password);
    await this.#write(() => {
      this.#addMaildrop.run(name);
      if (this.#insert.run(hash, Date.now(), name).changes === 0) {
        throw new AccountRefused(
          `there is a user ${name} already; change the password with \`postern user passwd ${name}\``,
        );
      }
    });
  }

  /** Whether there is an account of that name, enabled or not. */
  has(name: string): boolean {
    return this.#select.get(name) !== undefined;
  }

  /** All accounts by name. */
  list(): readonly AccountFacts[] {
    return this.#selectAll.all().map((row) => ({
      name: String(row["user"]),
      enabled: row["enabled"] === 1,
      createdMs: Number(row["created_ms"]),
    }));
  }

  /** Counts at once, in all processes. Throws `AccountRefused`. */
  async setPassword(name: string, password: string): Promise<void> {
    const hash = await this.#hashNew(password);
    await this.#change(name, () => this.#setHash.run(hash, name).changes);
  }

  /** Lets an account log in, or not; a session that is open goes on. Throws `AccountRefused`. */
  async setEnabled(name: string, enabled: boolean): Promise<void> {
    await this.#change(name, () => this.#setEnabled.run(Number(enabled), name).changes);
  }

  async #hashNew(password: string): Promise<string> {
    if (password === "") throw new AccountRefused("a password is not empty");
    if (Buffer.byteLength(password) > PASSWORD_OCTETS)
      throw new AccountRefused(`a password has at most ${PASSWORD_OCTETS} octets`);
    if (/[\u0000-\u001f\u007f]/.test(password)) throw new AccountRefused("a password holds no control characters");
    return this.#queue.run(async () => hashPassword(password, this.#cost));
  }

  /** Stores the hash at today's cost, unless the password was changed meanwhile. */
  async #renew(name: string, password: string, outdated: string): Promise<void> {
    const hash = await this.#queue.run(async () => hashPassword(password, this.#cost));
    await this.#database.write(() => this.#replaceHash.run(hash, name, outdated));
  }

  async #change(name: string, change: () => number | bigint): Promise<void> {
    await this.#write(() => {
      if (change() === 0)
        throw new AccountRefused(`there is no user ${name}; make one with \`postern user add ${name}\``);
    });
  }

  async #write(work: () => void): Promise<void> {
    await this.#database.write(work);
    await this.#database.durable();
  }
}
