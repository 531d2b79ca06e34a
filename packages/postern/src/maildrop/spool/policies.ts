// The policies of the users of a data directory: the site's default, what some users have of their own, and who logged in when.
// Knows which retention is in force for a maildrop, and since when; deleting is `retention.ts`'s. The tables are made in
// `database/schema.ts`: -1 days are "never" there, NULL is the default.
import {
  MaildropFailure,
  type OverallPolicy,
  type Policies,
  type RetentionDays,
  type UserPolicy,
} from "@postern/pop3/server";
import type { StatementSync } from "node:sqlite";
import type { PosternDatabase } from "../../database/database.js";
import { guarded, guardedAsync, noSuchUser } from "./failure.js";

/** What a user has of his own; null where the site's default counts. */
export interface OwnPolicy {
  readonly loginDelaySeconds: number | null;
  readonly retentionDays: RetentionDays | null;
}

/** A retention that ends: nothing is deleted before that many days have passed, nor before they have passed since `sinceMs`. */
export interface RetentionTerm {
  readonly days: number;
  readonly sinceMs: number;
}

/** A maildrop by number and name. */
export interface MaildropName {
  readonly id: number;
  readonly user: string;
}

const NEVER = -1;
const NO_OWN: OwnPolicy = { loginDelaySeconds: null, retentionDays: null };

/** Policies as they are stored, with those of all other processes on the same data directory. */
export class SpoolPolicies implements Policies {
  /** What the configuration says. */
  readonly standard: UserPolicy;
  readonly #database: PosternDatabase;
  readonly #now: () => number;
  #overall: OverallPolicy | null = null;
  #overallVersion: unknown = null;
  #readThisTurn = false;
  readonly #version: StatementSync;
  readonly #renew: StatementSync;
  readonly #extremes: StatementSync;
  readonly #own: StatementSync;
  readonly #allOwn: StatementSync;
  readonly #row: StatementSync;
  readonly #put: StatementSync;
  readonly #login: StatementSync;
  readonly #lastLogin: StatementSync;
  readonly #site: StatementSync;
  readonly #setSite: StatementSync;
  readonly #term: StatementSync;
  readonly #page: StatementSync;

  constructor(database: PosternDatabase, standard: UserPolicy, now: () => number = Date.now) {
    this.standard = standard;
    this.#database = database;
    this.#now = now;
    const { main } = database;
    this.#version = main.prepare("SELECT value FROM site WHERE name = 'policy_version'");
    this.#renew = main.prepare("UPDATE site SET value = value + 1 WHERE name = 'policy_version'");
    // Comparing with NULL gives NULL, which the aggregates pass over: who has nothing of his own does not differ.
    this.#extremes = main.prepare(`
      SELECT max(login_delay_seconds) AS delay, max(login_delay_seconds <> ?1) AS delays_differ,
        min(nullif(retention_days, ${NEVER})) AS days, max(retention_days <> ?2) AS retentions_differ FROM policy`);
    this.#own = main.prepare(`
      SELECT policy.login_delay_seconds, policy.retention_days
      FROM maildrop JOIN policy ON policy.maildrop = maildrop.id WHERE maildrop.user = ?`);
    this.#allOwn = main.prepare(`
      SELECT maildrop.user, policy.login_delay_seconds, policy.retention_days
      FROM policy JOIN maildrop ON maildrop.id = policy.maildrop
      WHERE policy.login_delay_seconds IS NOT NULL OR policy.retention_days IS NOT NULL`);
    this.#row = main.prepare(`
      SELECT maildrop.id, policy.login_delay_seconds, policy.retention_days, policy.retention_since_ms
      FROM maildrop LEFT JOIN policy ON policy.maildrop = maildrop.id WHERE maildrop.user = ?`);
    this.#put = main.prepare(`
      INSERT INTO policy (maildrop, login_delay_seconds, retention_days, retention_since_ms) VALUES (?, ?, ?, ?)
      ON CONFLICT (maildrop) DO UPDATE SET login_delay_seconds = excluded.login_delay_seconds,
        retention_days = excluded.retention_days, retention_since_ms = excluded.retention_since_ms`);
    // A login in the future tells that the clock was set back, and nothing of how long ago it was.
    this.#login = main.prepare(`
      INSERT INTO policy (maildrop, last_login_ms) SELECT id, ?2 FROM maildrop WHERE user = ?1
      ON CONFLICT (maildrop) DO UPDATE SET last_login_ms = excluded.last_login_ms
      WHERE last_login_ms IS NULL OR last_login_ms > excluded.last_login_ms OR last_login_ms + ?3 <= excluded.last_login_ms`);
    this.#lastLogin = main.prepare(`
      SELECT policy.last_login_ms FROM maildrop JOIN policy ON policy.maildrop = maildrop.id WHERE maildrop.user = ?`);
    this.#site = main.prepare("SELECT value FROM site WHERE name = ?");
    this.#setSite = main.prepare("INSERT INTO site VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value");
    this.#term = main.prepare(`
      SELECT policy.retention_days AS own, policy.retention_since_ms AS since,
        (SELECT value FROM site WHERE name = 'default_retention_days') AS noted,
        (SELECT value FROM site WHERE name = 'default_retention_since_ms') AS noted_since
      FROM maildrop LEFT JOIN policy ON policy.maildrop = maildrop.id WHERE maildrop.id = ?`);
    this.#page = main.prepare(`
      SELECT maildrop.id, maildrop.user, maildrop.messages > 0 AND ifnull(policy.retention_days, ?) > 0 AS ends
      FROM maildrop LEFT JOIN policy ON policy.maildrop = maildrop.id WHERE maildrop.id > ? ORDER BY maildrop.id LIMIT ?`);
  }

  /** One short read, unless somebody's own policy was changed, here or in another process. */
  overall(): OverallPolicy {
    try {
      return guarded(() => this.#current());
    } catch (error) {
      // What was true a moment ago is a better answer than none.
      if (this.#overall === null || !(error instanceof MaildropFailure)) throw error;
      return this.#overall;
    }
  }

  of(user: string): UserPolicy {
    const { loginDelayPerUser, retentionPerUser } = this.overall();
    if (!loginDelayPerUser && !retentionPerUser) return this.standard;
    const { loginDelaySeconds, retentionDays } = this.own(user);
    return {
      loginDelaySeconds: loginDelaySeconds ?? this.standard.loginDelaySeconds,
      retentionDays: retentionDays ?? this.standard.retentionDays,
    };
  }

  admit(user: string): number | Promise<number> {
    const delayMs = this.of(user).loginDelaySeconds * 1000;
    return delayMs === 0 ? 0 : guardedAsync(async () => this.#database.write(() => this.#noted(user, delayMs)));
  }

  /** What the user has of his own; nothing where there is no such user. */
  own(user: string): OwnPolicy {
    const row = guarded(() => this.#own.get(user));
    return row === undefined ? NO_OWN : ownOf(row);
  }

  /** All users who have something of their own, by name. */
  allOwn(): ReadonlyMap<string, OwnPolicy> {
    return new Map(this.#allOwn.all().map((row) => [String(row["user"]), ownOf(row)]));
  }

  /**
   * Changes what a user has of his own; what is absent stays as it is. `alongside` runs in the same transaction. Counts at once, in
   * all processes. Throws `MaildropFailure`: no such user.
   */
  async set(user: string, changes: Partial<OwnPolicy>, alongside?: () => void): Promise<void> {
    await guardedAsync(async () => {
      await this.#database.write(() => {
        const row = this.#row.get(user);
        if (row === undefined) throw noSuchUser(user);
        this.#replace(row, { ...ownOf(row), ...changes });
        alongside?.();
      });
      this.#readThisTurn = false;
      await this.#database.durable();
    });
  }

  /**
   * Remembers the default's retention and, where it is another one than before, that it counts from now on. To be called when a
   * service starts; a default that was not noted deletes nothing.
   */
  async noteDefaults(nowMs: number): Promise<void> {
    const days = storedDays(this.standard.retentionDays);
    const noted = (): boolean => this.#site.get("default_retention_days")?.["value"] === days;
    if (guarded(noted)) return;
    await guardedAsync(async () => {
      await this.#database.write(() => {
        if (noted()) return;
        this.#setSite.run("default_retention_days", days);
        this.#setSite.run("default_retention_since_ms", nowMs);
      });
      await this.#database.durable();
    });
  }

  /** The retention in force for a maildrop; null where nothing may be deleted, or where 0 leaves that to the end of the session. */
  term(maildrop: number): RetentionTerm | null {
    const row = this.#term.get(maildrop);
    if (row === undefined) return null;
    const own = row["own"];
    const sinceMs = Number(row["since"]);
    if (own !== null) return termOf(Number(own), sinceMs);
    // Another service on this data directory that noted another default may have announced that.
    const days = storedDays(this.standard.retentionDays);
    if (row["noted"] !== days) return null;
    // Whoever had a value of his own until lately was told that one.
    return termOf(days, Math.max(sinceMs, Number(row["noted_since"])));
  }

  /** The maildrops behind one, those with mail whose retention ends picked out of `count` of them; `last` is null at the end. */
  ending(behind: number, count: number): { readonly maildrops: readonly MaildropName[]; readonly last: number | null } {
    const rows = this.#page.all(storedDays(this.standard.retentionDays), behind, count);
    return {
      maildrops: rows
        .filter((row) => row["ends"] === 1)
        .map((row) => ({ id: Number(row["id"]), user: String(row["user"]) })),
      last: rows.length < count ? null : Number(rows.at(-1)?.["id"]),
    };
  }

  #current(): OverallPolicy {
    // One read for all who ask in one turn of the event loop: a login asks twice, and many log in at once.
    if (this.#overall !== null && this.#readThisTurn) return this.#overall;
    this.#readThisTurn = true;
    setImmediate(() => (this.#readThisTurn = false));
    const version = this.#version.get()?.["value"];
    if (this.#overall !== null && this.#overallVersion === version) return this.#overall;
    this.#overall = this.#computed();
    this.#overallVersion = version;
    return this.#overall;
  }

  #computed(): OverallPolicy {
    const { loginDelaySeconds, retentionDays } = this.standard;
    const row = this.#extremes.get(loginDelaySeconds, storedDays(retentionDays));
    const days = row?.["days"] ?? null;
    return {
      loginDelaySeconds: Math.max(loginDelaySeconds, Number(row?.["delay"])),
      loginDelayPerUser: row?.["delays_differ"] === 1,
      retentionDays:
        days === null
          ? retentionDays
          : retentionDays === "never"
            ? Number(days)
            : Math.min(retentionDays, Number(days)),
      retentionPerUser: row?.["retentions_differ"] === 1,
    };
  }

  #replace(row: Readonly<Record<string, unknown>>, { loginDelaySeconds, retentionDays }: OwnPolicy): void {
    const before = ownOf(row);
    const sameRetention = retentionDays === before.retentionDays;
    if (sameRetention && loginDelaySeconds === before.loginDelaySeconds) return;
    const beforeMs = row["retention_since_ms"] === null ? null : Number(row["retention_since_ms"]);
    const days = retentionDays === null ? null : storedDays(retentionDays);
    this.#put.run(Number(row["id"]), loginDelaySeconds, days, sameRetention ? beforeMs : this.#now());
    this.#renew.run();
  }

  /** Notes a login, or says how long it must wait. In a transaction, so that the clock is read after all who noted before. */
  #noted(user: string, delayMs: number): number {
    const nowMs = this.#now();
    if (this.#login.run(user, nowMs, delayMs).changes === 1) return 0;
    const last = this.#lastLogin.get(user);
    if (last === undefined) throw noSuchUser(user);
    return Number(last["last_login_ms"]) + delayMs - nowMs;
  }
}

function ownOf(row: Readonly<Record<string, unknown>>): OwnPolicy {
  const delay = row["login_delay_seconds"] ?? null;
  const days = row["retention_days"] ?? null;
  return {
    loginDelaySeconds: delay === null ? null : Number(delay),
    retentionDays: days === null ? null : days === NEVER ? "never" : Number(days),
  };
}

function termOf(days: number, sinceMs: number): RetentionTerm | null {
  return days > 0 ? { days, sinceMs } : null;
}

function storedDays(days: RetentionDays): number {
  return days === "never" ? NEVER : days;
}
