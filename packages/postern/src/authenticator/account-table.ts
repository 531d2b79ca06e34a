// The rows of accounts in the database of a data directory: what is stored, asked and changed, each as one statement.
// Knows no password and computes nothing; `spool-accounts.ts` does. The table itself is made by `database/schema.ts`.
import type { CredentialKind, ScramHash } from "@postern/pop3/server";
import type { StatementSync } from "node:sqlite";
import type { PosternDatabase } from "../database/database.js";

/** What is stored of a password. */
export interface StoredCredentials {
  readonly passwordHash: string;
  /** In RFC 5803's form; null where there is none. */
  readonly verifiers: Readonly<Record<ScramHash, string | null>>;
  /** The password itself; null where it is not kept. */
  readonly secret: string | null;
}

export interface AccountRow extends StoredCredentials {
  readonly enabled: boolean;
}

/** What is known of an account. */
export interface AccountFacts {
  readonly name: string;
  /** A disabled account cannot log in; its mail is still accepted. */
  readonly enabled: boolean;
  readonly createdMs: number;
  /** What can be proved with what is stored. */
  readonly credentials: readonly CredentialKind[];
}

const OF_USER = "maildrop = (SELECT id FROM maildrop WHERE user = ?)";

/** The columns of credentials, in the order of `columnsOf`. */
const COLUMNS = "password_hash, scram_sha_256, scram_sha_1, secret";

export class AccountTable {
  readonly #select: StatementSync;
  readonly #selectAll: StatementSync;
  readonly #addMaildrop: StatementSync;
  readonly #insert: StatementSync;
  readonly #setAll: StatementSync;
  readonly #replace: StatementSync;
  readonly #setEnabled: StatementSync;
  readonly #offered: StatementSync;
  readonly #dataVersion: StatementSync;

  constructor({ main }: PosternDatabase) {
    this.#select = main.prepare(`SELECT enabled, ${COLUMNS} FROM account WHERE ${OF_USER}`);
    this.#selectAll = main.prepare(`
      SELECT maildrop.user, account.enabled, account.created_ms, scram_sha_256 IS NOT NULL AS has_sha_256,
        scram_sha_1 IS NOT NULL AS has_sha_1, secret IS NOT NULL AS has_secret
      FROM account JOIN maildrop ON maildrop.id = account.maildrop ORDER BY maildrop.user`);
    this.#addMaildrop = main.prepare("INSERT INTO maildrop (user) VALUES (?) ON CONFLICT DO NOTHING");
    this.#insert = main.prepare(`
      INSERT INTO account (maildrop, created_ms, ${COLUMNS})
      SELECT id, ?, ?, ?, ?, ? FROM maildrop WHERE user = ? ON CONFLICT DO NOTHING`);
    const SET = "password_hash = ?, scram_sha_256 = ?, scram_sha_1 = ?, secret = ?";
    this.#setAll = main.prepare(`UPDATE account SET ${SET} WHERE ${OF_USER}`);
    this.#replace = main.prepare(`UPDATE account SET ${SET} WHERE ${OF_USER} AND password_hash = ?`);
    this.#setEnabled = main.prepare(`UPDATE account SET enabled = ? WHERE ${OF_USER}`);
    const some = (column: string): string =>
      `EXISTS (SELECT 1 FROM account WHERE enabled = 1 AND ${column} IS NOT NULL)`;
    const none = (column: string): string =>
      `NOT EXISTS (SELECT 1 FROM account WHERE enabled = 1 AND ${column} IS NULL)`;
    // A client that finds SCRAM listed uses it and nothing else, so it is offered once it works for everybody.
    const all = (column: string): string => `${some(column)} AND ${none(column)} AS ${column}`;
    this.#offered = main.prepare(`SELECT ${all("scram_sha_256")}, ${all("scram_sha_1")}, ${some("secret")} AS secret`);
    this.#dataVersion = main.prepare("PRAGMA data_version");
  }

  row(name: string): AccountRow | null {
    const row = this.#select.get(name);
    if (row === undefined) return null;
    return {
      enabled: row["enabled"] === 1,
      passwordHash: String(row["password_hash"]),
      verifiers: { "SHA-256": textOrNull(row["scram_sha_256"]), "SHA-1": textOrNull(row["scram_sha_1"]) },
      secret: textOrNull(row["secret"]),
    };
  }

  has(name: string): boolean {
    return this.#select.get(name) !== undefined;
  }

  /** All accounts by name. */
  facts(): readonly AccountFacts[] {
    return this.#selectAll.all().map((row) => ({
      name: String(row["user"]),
      enabled: row["enabled"] === 1,
      createdMs: Number(row["created_ms"]),
      credentials: [
        "password",
        ...(row["has_sha_256"] === 1 ? (["scram-sha-256"] as const) : []),
        ...(row["has_sha_1"] === 1 ? (["scram-sha-1"] as const) : []),
        ...(row["has_secret"] === 1 ? (["secret"] as const) : []),
      ],
    }));
  }

  /** Within a transaction. False where the name is taken. */
  add(name: string, credentials: StoredCredentials, createdMs: number): boolean {
    this.#addMaildrop.run(name);
    return this.#insert.run(createdMs, ...columnsOf(credentials), name).changes > 0;
  }

  /** False where there is no such account; so too below. */
  set(name: string, credentials: StoredCredentials): boolean {
    return this.#setAll.run(...columnsOf(credentials), name).changes > 0;
  }

  /** Sets them unless the password was changed since its hash was `outdatedHash`. */
  replace(name: string, credentials: StoredCredentials, outdatedHash: string): boolean {
    return this.#replace.run(...columnsOf(credentials), name, outdatedHash).changes > 0;
  }

  setEnabled(name: string, enabled: boolean): boolean {
    return this.#setEnabled.run(Number(enabled), name).changes > 0;
  }

  /** What can be proved, besides a password: SCRAM by every enabled account, a secret by at least one. */
  offered(): ReadonlySet<CredentialKind> {
    const row = this.#offered.get();
    const kinds = { "scram-sha-256": "scram_sha_256", "scram-sha-1": "scram_sha_1", secret: "secret" } as const;
    return new Set(
      Object.entries(kinds).flatMap(([kind, column]) => (row?.[column] === 1 ? [kind as keyof typeof kinds] : [])),
    );
  }

  /** A number that changes whenever another connection has changed the database. */
  dataVersion(): unknown {
    return this.#dataVersion.get()?.["data_version"];
  }
}

function columnsOf({ passwordHash, verifiers, secret }: StoredCredentials): readonly (string | null)[] {
  return [passwordHash, verifiers["SHA-256"], verifiers["SHA-1"], secret];
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
