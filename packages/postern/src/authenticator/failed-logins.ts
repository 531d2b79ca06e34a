// Failed logins, shared by all processes on a data directory. What a failure costs is for the server to say.
// The file tells nobody a password: digests are hashed again under the secret of the data directory. Never in a login's way:
// what the database cannot take, the memory of this process does.
import { FAILED_LOGIN_BOUNDS, MemoryFailedLogins, type FailedLogins } from "@postern/pop3/server";
import { createHmac, createSecretKey, randomBytes, type KeyObject } from "node:crypto";
import type { StatementSync } from "node:sqlite";
import type { PosternDatabase } from "../database/database.js";
import { inTransaction } from "../database/migrate.js";
import { unlessDatabaseFails } from "../database/problem.js";
import { siteSecret } from "./site-secret.js";

/** Rows that one key may have until the oldest are deleted down to the bound, so that a guesser does not cost two writes a guess. */
const SLACK = 16;

/** Failures between two looks for what is forgotten, and rows looked at then: four a failure, so the table stays near what counts. */
const LOOK_EVERY = 64;
const LOOKED_AT = 256;

/** Longer keys are stored as their hash: a peer chooses how long a name is. */
const KEY_LENGTH = 128;

export class SharedFailedLogins implements FailedLogins {
  readonly #database: PosternDatabase;
  readonly #secret: KeyObject;
  readonly #now: () => number;
  /** What the database did not take. */
  readonly #memory: MemoryFailedLogins;
  #added = 0;
  /** How far the look for forgotten rows has come. */
  #lookedTo: readonly [key: string, digest: string] = ["", ""];
  readonly #insert: StatementSync;
  readonly #count: StatementSync;
  readonly #rows: StatementSync;
  readonly #trim: StatementSync;
  readonly #look: StatementSync;
  readonly #forget: StatementSync;

  constructor(database: PosternDatabase, now: () => number = Date.now) {
    this.#database = database;
    this.#now = now;
    this.#memory = new MemoryFailedLogins(now);
    // A key object: given raw octets, each hash would make one, which costs more than the hash.
    this.#secret = createSecretKey(siteSecret(database));
    const { leases } = database;
    this.#insert = leases.prepare(
      "INSERT INTO failed_login VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET at_ms = excluded.at_ms",
    );
    this.#count = leases.prepare("SELECT count(*) AS failures FROM failed_login WHERE key = ? AND at_ms > ?");
    this.#rows = leases.prepare("SELECT count(*) AS failures FROM failed_login WHERE key = ?");
    this.#trim = leases.prepare(`
      DELETE FROM failed_login WHERE key = ?1 AND digest IN
        (SELECT digest FROM failed_login WHERE key = ?1 ORDER BY at_ms DESC LIMIT -1 OFFSET ?2)`);
    this.#look = leases.prepare(`
      SELECT key, digest, at_ms FROM failed_login WHERE (key, digest) > (?, ?) ORDER BY key, digest LIMIT ${LOOKED_AT}`);
    this.#forget = leases.prepare("DELETE FROM failed_login WHERE key = ? AND digest = ? AND at_ms <= ?");
  }

  count(key: string): number {
    const remembered = this.#memory.count(key);
    const failures = unlessDatabaseFails(() =>
      Number(this.#count.get(this.#stored(key), this.#oldestMs())?.["failures"]),
    );
    // The larger one and not the sum: the same failure may be in both, and must not count twice.
    return Math.min(FAILED_LOGIN_BOUNDS.perKey, Math.max(remembered, failures ?? 0));
  }

  add(key: string, digest: string | null): void {
    const own = digest === null ? randomBytes(16).toString("base64") : this.#hash(key, digest);
    const stored = this.#stored(key);
    const done = unlessDatabaseFails(() => {
      this.#insert.run(stored, own, this.#now());
      return true;
    });
    if (done === null) {
      this.#memory.add(key, own);
      return;
    }
    unlessDatabaseFails(() => this.#clear(stored));
  }

  /** Keeps the table small: this key's rows, and now and then some that are forgotten. */
  #clear(stored: string): void {
    const { perKey } = FAILED_LOGIN_BOUNDS;
    if (Number(this.#rows.get(stored)?.["failures"]) > perKey + SLACK) this.#trim.run(stored, perKey);
    if (++this.#added % LOOK_EVERY !== 0) return;
    const oldestMs = this.#oldestMs();
    const rows = this.#look.all(...this.#lookedTo);
    const last = rows.length < LOOKED_AT ? undefined : rows.at(-1);
    this.#lookedTo = last === undefined ? ["", ""] : [String(last["key"]), String(last["digest"])];
    const old = rows.filter((row) => Number(row["at_ms"]) <= oldestMs);
    if (old.length === 0) return;
    inTransaction(this.#database.leases, () => {
      for (const row of old) this.#forget.run(String(row["key"]), String(row["digest"]), oldestMs);
    });
  }

  #oldestMs(): number {
    return this.#now() - FAILED_LOGIN_BOUNDS.forgetMs;
  }

  /** Well-formed and without NUL, as the database needs it. */
  #stored(key: string): string {
    const plain = key.length <= KEY_LENGTH && key.isWellFormed() && !key.includes("\0");
    // The sign in front keeps a key from being taken for another one's hash.
    return plain ? `=${key}` : `#${this.#hash(key)}`;
  }

  /** The same digest under two keys gives two hashes: nobody sees that two users had the same password wrong. */
  #hash(...parts: readonly string[]): string {
    return createHmac("sha256", this.#secret)
      .update(JSON.stringify(["failed login", ...parts]))
      .digest("base64");
  }
}
