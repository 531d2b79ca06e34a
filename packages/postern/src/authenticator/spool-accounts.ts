// The accounts of a data directory: names, what is kept of passwords, and whether they may log in. An account and its maildrop are
// made in one transaction and removed in one (`SpoolMaildrops.remove`): the account's row goes with the maildrop's.
import { randomBytes } from "node:crypto";
import {
  scramVerifierOf,
  type CredentialKind,
  type ScramHash,
  type ScramVerifier,
  type SharedSecret,
} from "@postern/pop3/server";
import { SCRAM_ITERATIONS } from "../config/authentication.js";
import type { PosternDatabase } from "../database/database.js";
import { databaseProblem } from "../database/problem.js";
import { assertUserName, userNameProblem } from "../database/user-name.js";
import type { AccountSource } from "./account-source.js";
import { AccountTable } from "./account-table.js";
import type { AccountFacts, AccountRow, StoredCredentials } from "./account-table.js";
import { HASH_COST, hashPassword, impossibleHash, isOutdated, isPasswordOf, type HashCost } from "./password-hash.js";
import { PASSWORD_OCTETS, REMEMBERED_MS } from "./password-limits.js";
import { saslprepStored, StringRefused } from "./saslprep.js";
import { formatVerifier, impossibleVerifier, parseVerifier, SCRAM_HASHES, USUAL_SCRAM } from "./scram-verifier.js";
import type { ScramCosts } from "./scram-verifier.js";
import { siteSecret } from "./site-secret.js";
import { VerifiedPasswords } from "./verified-passwords.js";
import { hashQueue, QueueFull } from "./work-queue.js";
import type { WorkQueue } from "./work-queue.js";

/** Octets of a new salt for SCRAM. */
const SALT_OCTETS = 16;

/** How long what other processes change may go unnoticed by `offers`: finding out may mean to look at all accounts. */
const OFFERS_MS = 1000;

/** An account cannot be made or changed as asked. The message says why. */
export class AccountRefused extends Error {
  override readonly name = "AccountRefused";
}

export interface SpoolAccountsOptions {
  /** For which hash functions SCRAM verifiers are kept; none where it is empty. */
  readonly scram?: ScramCosts;
  readonly queue?: WorkQueue;
  /** What a test may set. */
  readonly cost?: HashCost;
  readonly now?: () => number;
}

/** How a new password is kept. */
export interface PasswordOptions {
  /** Also in the clear, for APOP and CRAM-MD5. */
  readonly secret?: boolean;
}

/** Names are compared exactly, case included. Names and passwords are stored as SASLprep prepares them. */
export class SpoolAccounts implements AccountSource {
  readonly #database: PosternDatabase;
  readonly #table: AccountTable;
  readonly #siteSecret: Buffer;
  readonly #cost: HashCost;
  readonly #scram: ScramCosts;
  readonly #nobody: string;
  readonly #queue: WorkQueue;
  readonly #verified: VerifiedPasswords;
  readonly #now: () => number;
  #offered: { kinds: ReadonlySet<CredentialKind>; version: unknown; freshUntilMs: number } | null = null;

  constructor(database: PosternDatabase, options: SpoolAccountsOptions = {}) {
    const { scram = USUAL_SCRAM, cost = HASH_COST, now = Date.now } = options;
    this.#database = database;
    this.#table = new AccountTable(database);
    this.#siteSecret = siteSecret(database);
    this.#cost = cost;
    this.#scram = scram;
    this.#nobody = impossibleHash(cost);
    this.#queue = options.queue ?? hashQueue();
    this.#verified = new VerifiedPasswords(REMEMBERED_MS, now);
    this.#now = now;
  }

  /** In the same time for unknown, disabled and overlong names. Throws `QueueFull` under a flood, and what the database throws. */
  async verifyPassword(name: string, password: string): Promise<string | null> {
    const row = this.#row(name);
    const tooLong = Buffer.byteLength(password) > PASSWORD_OCTETS;
    const enabled = row?.enabled === true;
    const hash = row === null || tooLong ? this.#nobody : row.passwordHash;
    if (enabled && !tooLong && this.#verified.has(name, password, hash)) return name;

    const right = await this.#queue.run(async () => isPasswordOf(tooLong ? "" : password, hash));
    if (!right || !enabled) return null;
    this.#verified.add(name, password, hash);
    if (this.#isOutdated(row)) await this.#renewIfPossible(name, password, row);
    return name;
  }

  /** Passwords always; the rest where an enabled account has what it takes. */
  offers(kind: CredentialKind): boolean {
    if (kind === "password") return true;
    const hash = SCRAM_HASHES.find((candidate) => kind === kindOf(candidate));
    if (hash !== undefined && this.#scram[hash] === undefined) return false;
    return this.#offeredNow().has(kind);
  }

  /** For an account that is disabled, or has no verifier yet, as for an unknown one. */
  async scramVerifier(name: string, hash: ScramHash): Promise<ScramVerifier> {
    const row = this.#row(name);
    const iterations = this.#scram[hash];
    const text = row?.enabled === true && iterations !== undefined ? row.verifiers[hash] : null;
    if (text === null) {
      const form = { iterations: iterations ?? SCRAM_ITERATIONS };
      return { ...impossibleVerifier(this.#siteSecret, name, hash, form), user: null };
    }
    const verifier = parseVerifier(hash, text);
    if (verifier === null) {
      throw new TypeError(
        "a stored SCRAM verifier is malformed; set the user's password anew with `postern user passwd`",
      );
    }
    return { ...verifier, user: name };
  }

  async sharedSecret(name: string): Promise<SharedSecret | null> {
    const row = this.#row(name);
    return row?.enabled === true && row.secret !== null ? { user: name, secret: row.secret } : null;
  }

  /** Whether there is an account of that name, enabled or not. */
  has(name: string): boolean {
    return userNameProblem(name) === null && this.#table.has(name);
  }

  knows(name: string): boolean {
    return this.has(name);
  }

  admits(name: string): boolean {
    return this.#row(name)?.enabled === true;
  }

  /** All accounts by name. */
  list(): readonly AccountFacts[] {
    return this.#table.facts();
  }

  /** Makes an account, and its maildrop with it. Throws `UserNameRefused` and `AccountRefused`. */
  async add(name: string, password: string, options: PasswordOptions = {}): Promise<void> {
    assertUserName(name);
    const prepared = stored(name, "a user's name");
    const credentials = await this.#credentialsOf(password, options.secret === true);
    await this.#write(() => {
      if (this.#table.add(prepared, credentials, Date.now())) return;
      throw new AccountRefused(
        `there is a user ${name} already; change the password with \`postern user passwd ${name}\``,
      );
    });
  }

  /** Counts at once, in all processes; what was kept of the old password goes. Throws `AccountRefused`. */
  async setPassword(name: string, password: string, options: PasswordOptions = {}): Promise<void> {
    const credentials = await this.#credentialsOf(password, options.secret === true);
    await this.#change(name, () => this.#table.set(name, credentials));
  }

  /** Lets an account log in, or not; a session that is open goes on. Throws `AccountRefused`. */
  async setEnabled(name: string, enabled: boolean): Promise<void> {
    await this.#change(name, () => this.#table.setEnabled(name, enabled));
  }

  /** `setEnabled` as a part of the caller's transaction. */
  enableWithin(name: string, enabled: boolean): void {
    if (!this.#table.setEnabled(name, enabled))
      throw new AccountRefused(`${name} has a maildrop but no account here, so there is nothing to enable`);
  }

  #row(name: string): AccountRow | null {
    return userNameProblem(name) === null ? this.#table.row(name) : null;
  }

  #offeredNow(): ReadonlySet<CredentialKind> {
    const nowMs = this.#now();
    if (this.#offered !== null && nowMs < this.#offered.freshUntilMs) return this.#offered.kinds;
    const version = this.#table.dataVersion();
    const kinds =
      this.#offered !== null && this.#offered.version === version ? this.#offered.kinds : this.#table.offered();
    this.#offered = { kinds, version, freshUntilMs: nowMs + OFFERS_MS };
    return kinds;
  }

  async #credentialsOf(password: string, keepSecret: boolean): Promise<StoredCredentials> {
    if (password === "") throw new AccountRefused("a password is not empty");
    if (Buffer.byteLength(password) > PASSWORD_OCTETS)
      throw new AccountRefused(`a password has at most ${PASSWORD_OCTETS} octets`);
    if (/[\u0000-\u001f\u007f]/.test(password)) throw new AccountRefused("a password holds no control characters");
    const prepared = stored(password, "a password");
    return this.#queue.run(async () => ({
      passwordHash: await hashPassword(prepared, this.#cost),
      verifiers: await this.#verifiersOf(prepared),
      secret: keepSecret ? prepared : null,
    }));
  }

  async #verifiersOf(password: string): Promise<StoredCredentials["verifiers"]> {
    const made: Record<ScramHash, string | null> = { "SHA-256": null, "SHA-1": null };
    for (const hash of SCRAM_HASHES) {
      const iterations = this.#scram[hash];
      if (iterations === undefined) continue;
      made[hash] = formatVerifier(hash, await scramVerifierOf(password, hash, randomBytes(SALT_OCTETS), iterations));
    }
    return made;
  }

  /** What is kept falls short of what is kept of new passwords. */
  #isOutdated(row: AccountRow): boolean {
    if (isOutdated(row.passwordHash, this.#cost)) return true;
    return SCRAM_HASHES.some((hash) => {
      const iterations = this.#scram[hash];
      if (iterations === undefined) return false;
      return (parseVerifier(hash, row.verifiers[hash] ?? "")?.iterations ?? 0) < iterations;
    });
  }

  /** The password was right: a full disk, a busy database or a flood is no reason to refuse it. The next login tries again. */
  async #renewIfPossible(name: string, password: string, outdated: AccountRow): Promise<void> {
    try {
      await this.#renew(name, password, outdated);
    } catch (error) {
      if (databaseProblem(error) === null && !(error instanceof QueueFull)) throw error;
    }
  }

  /** Stores what today is stored of a password, unless it was changed meanwhile. */
  async #renew(name: string, password: string, outdated: AccountRow): Promise<void> {
    const { passwordHash, secret } = outdated;
    const credentials = await this.#queue.run(async () => ({
      passwordHash: isOutdated(passwordHash, this.#cost) ? await hashPassword(password, this.#cost) : passwordHash,
      verifiers: await this.#verifiersOf(password),
      secret,
    }));
    await this.#database.write(() => this.#table.replace(name, credentials, passwordHash));
    this.#offered = null;
  }

  async #change(name: string, change: () => boolean): Promise<void> {
    await this.#write(() => {
      if (!change()) throw new AccountRefused(`there is no user ${name}; make one with \`postern user add ${name}\``);
    });
  }

  async #write(work: () => void): Promise<void> {
    await this.#database.write(work);
    this.#offered = null;
    await this.#database.durable();
  }
}

function kindOf(hash: ScramHash): CredentialKind {
  return hash === "SHA-256" ? "scram-sha-256" : "scram-sha-1";
}

/** The form in which it is stored. Throws `AccountRefused`. */
function stored(text: string, what: string): string {
  try {
    return saslprepStored(text);
  } catch (error) {
    if (error instanceof StringRefused) throw new AccountRefused(`${what} cannot be this: ${error.message}`);
    throw error;
  }
}
