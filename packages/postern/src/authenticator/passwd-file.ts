// The users of a Dovecot passwd-file, read whole at the start and again when asked to. Nothing is ever written to the file.
// Its lines are read by `passwd-lines.ts`, the passwords in them by `password-schemes.ts`. Knows no maildrops and no addresses.
import { randomBytes } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import type { CredentialKind, ScramHash, ScramVerifier, SharedSecret } from "@postern/pop3/server";
import { SCRAM_ITERATIONS } from "../config/authentication.js";
import { fileReason } from "../config/file-reason.js";
import type { AccountSource } from "./account-source.js";
import { CryptThread } from "./crypt-thread.js";
import { DerivedVerifiers } from "./derived-verifiers.js";
import { readPasswdLines } from "./passwd-lines.js";
import type { PasswdAccounts } from "./passwd-lines.js";
import { passwordSchemes } from "./password-schemes.js";
import { PASSWORD_OCTETS, REMEMBERED_MS } from "./password-limits.js";
import { impossibleVerifier, SCRAM_HASHES, USUAL_SCRAM } from "./scram-verifier.js";
import type { ScramCosts } from "./scram-verifier.js";
import type { Effort, StoredPassword } from "./stored-password.js";
import { VerifiedPasswords } from "./verified-passwords.js";
import { hashQueue } from "./work-queue.js";
import type { WorkQueue } from "./work-queue.js";

/** Octets of the longest file: some hundred thousand users. */
const FILE_OCTETS = 64 * 1024 * 1024;

/** The file cannot be used, or not as it is configured. The message names it and says why. */
export class PasswdFileRefused extends Error {
  override readonly name = "PasswdFileRefused";
}

export interface PasswdFileOptions {
  /** The scheme of passwords without one in front; Dovecot's default is CRYPT. */
  readonly usualScheme?: string;
  /** For which hash functions SCRAM verifiers are derived from passwords in the clear. */
  readonly scram?: ScramCosts;
  /** What makes the salts of unknown names; the same in all processes that serve the file. */
  readonly secret?: Uint8Array;
  readonly queue?: WorkQueue;
  readonly now?: () => number;
}

/** What one reading of the file gave. */
interface Content {
  readonly accounts: PasswdAccounts;
  readonly problems: readonly string[];
  /** How many can log in, and how many of these have their password in the clear. */
  readonly admitted: number;
  readonly clear: number;
  /** For each family of costly schemes the password whose comparison costs most. */
  readonly costliest: ReadonlyMap<Effort["family"], StoredPassword & { readonly effort: Effort }>;
  /** What the stored verifiers look like that are most usual among those of the same hash. */
  readonly verifiers: ReadonlyMap<ScramHash, VerifierForm>;
  readonly derived: DerivedVerifiers;
}

interface VerifierForm {
  readonly iterations: number;
  readonly saltOctets: number;
}

/** Names are compared exactly, case included. */
export class PasswdFile implements AccountSource {
  readonly #path: string;
  readonly #usualScheme: string;
  readonly #scram: ScramCosts;
  readonly #secret: Uint8Array;
  readonly #queue: WorkQueue;
  readonly #thread = new CryptThread();
  readonly #verified: VerifiedPasswords;
  #content: Content;

  /** Throws `PasswdFileRefused`. */
  constructor(path: string, options: PasswdFileOptions = {}) {
    const { usualScheme = "CRYPT", scram = USUAL_SCRAM, secret = randomBytes(32) } = options;
    if (!passwordSchemes.includes(usualScheme.toUpperCase())) {
      throw new PasswdFileRefused(`the scheme ${usualScheme} is not known; write one of ${passwordSchemes.join(", ")}`);
    }
    this.#path = path;
    this.#usualScheme = usualScheme;
    this.#scram = scram;
    this.#secret = secret;
    this.#queue = options.queue ?? hashQueue();
    this.#verified = new VerifiedPasswords(REMEMBERED_MS, options.now);
    this.#content = this.#read();
  }

  /** What is wrong with single lines, for the log: `/etc/postern/users: line 3 (alice): …`. */
  get problems(): readonly string[] {
    return this.#content.problems;
  }

  /** Reads the file anew. Throws `PasswdFileRefused` where it cannot be used; all stays as it was then. */
  reload(): void {
    this.#content = this.#read();
  }

  /** Stops the thread that computes hashes. */
  close(): void {
    this.#thread.close();
  }

  knows(name: string): boolean {
    return this.#content.accounts.has(name);
  }

  admits(name: string): boolean {
    return (this.#content.accounts.get(name) ?? null) !== null;
  }

  offers(kind: CredentialKind): boolean {
    const { admitted, clear, verifiers } = this.#content;
    if (kind === "password") return admitted > 0;
    if (kind === "secret") return clear > 0;
    const hash = SCRAM_HASHES.find((candidate) => kind === `scram-${candidate.toLowerCase()}`);
    return hash !== undefined && (verifiers.has(hash) || (clear > 0 && this.#scram[hash] !== undefined));
  }

  /** A refusal costs the dearest comparison in each family of costly schemes that the file has, whoever is refused. Throws `QueueFull`. */
  async verifyPassword(name: string, password: string): Promise<string | null> {
    const { accounts, costliest } = this.#content;
    const stored = accounts.get(name) ?? null;
    const usable = password !== "" && Buffer.byteLength(password) <= PASSWORD_OCTETS && !password.includes("\0");
    const tried = usable ? password : "-";
    if (stored !== null && usable && stored.effort !== null && this.#verified.has(name, password, stored.text))
      return name;

    const compare = async (): Promise<boolean> => {
      if (stored !== null && (await stored.matches(tried)) && usable) return true;
      for (const [family, other] of costliest) {
        // Of its own family, too, where its own comparison is a cheaper one.
        if (family !== stored?.effort?.family || stored.effort.cost < other.effort.cost) await other.matches(tried);
      }
      return false;
    };
    const right = costliest.size === 0 ? await compare() : await this.#queue.run(compare);
    if (!right || stored === null) return null;
    if (stored.effort !== null) this.#verified.add(name, password, stored.text);
    return name;
  }

  async scramVerifier(name: string, hash: ScramHash): Promise<ScramVerifier> {
    const { accounts, clear, verifiers, derived } = this.#content;
    const stored = accounts.get(name) ?? null;
    if (stored?.scram?.hash === hash) return { ...stored.scram.verifier, user: name };
    const iterations = this.#scram[hash];
    if (clear > 0 && iterations !== undefined) {
      const password = stored?.clear ?? null;
      return { ...(await derived.of(name, hash, iterations, password)), user: password === null ? null : name };
    }
    const form = verifiers.get(hash) ?? { iterations: iterations ?? SCRAM_ITERATIONS };
    return { ...impossibleVerifier(this.#secret, name, hash, form), user: null };
  }

  async sharedSecret(name: string): Promise<SharedSecret | null> {
    const secret = this.#content.accounts.get(name)?.clear ?? null;
    return secret === null ? null : { user: name, secret };
  }

  #read(): Content {
    const refused = (reason: string): PasswdFileRefused => new PasswdFileRefused(`${this.#path}: ${reason}`);
    let text: string;
    try {
      const facts = statSync(this.#path);
      if (!facts.isFile()) throw refused("this is no file");
      if (facts.size > FILE_OCTETS) throw refused(`the file has more than ${FILE_OCTETS / 1024 / 1024} MiB`);
      text = readFileSync(this.#path, "utf8");
    } catch (error) {
      if (error instanceof PasswdFileRefused) throw error;
      throw new PasswdFileRefused(`${this.#path}: cannot be read: ${fileReason(error)}`, { cause: error });
    }
    const { accounts, problems, lines } = readPasswdLines(text, {
      usualScheme: this.#usualScheme,
      thread: this.#thread,
    });
    if (lines > 0 && accounts.size === 0) {
      throw refused(`not one of its ${lines} lines names a user: ${problems[0] ?? "this is no passwd-file"}`);
    }
    return {
      accounts,
      problems: problems.map((problem) => `${this.#path}: ${problem}`),
      ...summaryOf(accounts.values()),
      derived: new DerivedVerifiers(this.#secret, this.#queue),
    };
  }
}

function summaryOf(
  passwords: Iterable<StoredPassword | null>,
): Pick<Content, "admitted" | "clear" | "costliest" | "verifiers"> {
  let [admitted, clear] = [0, 0];
  const costliest = new Map<Effort["family"], StoredPassword & { readonly effort: Effort }>();
  const forms = new Map<ScramHash, Map<string, { readonly form: VerifierForm; count: number }>>();
  for (const stored of passwords) {
    if (stored === null) continue;
    admitted += 1;
    if (stored.clear !== null) clear += 1;
    const { effort } = stored;
    if (effort !== null && effort.cost > (costliest.get(effort.family)?.effort.cost ?? -1)) {
      costliest.set(effort.family, { ...stored, effort });
    }
    if (stored.scram === null) continue;
    const { iterations, salt } = stored.scram.verifier;
    const counts = forms.get(stored.scram.hash) ?? new Map<string, { form: VerifierForm; count: number }>();
    forms.set(stored.scram.hash, counts);
    const key = `${iterations} ${salt.length}`;
    const counted = counts.get(key) ?? { form: { iterations, saltOctets: salt.length }, count: 0 };
    counted.count += 1;
    counts.set(key, counted);
  }
  const usual = (counts: ReadonlyMap<string, { readonly form: VerifierForm; readonly count: number }>): VerifierForm =>
    [...counts.values()].reduce((most, next) => (next.count > most.count ? next : most)).form;
  return {
    admitted,
    clear,
    costliest,
    verifiers: new Map([...forms].map(([hash, counts]) => [hash, usual(counts)])),
  };
}
