// The lines of Dovecot's passwd-file: `user:password:uid:gid:gecos:home:shell:extra_fields`, all but the first two optional.
// A line that cannot be used is a problem with its number, and keeps one user out; the other lines count. Knows no file.
import { userNameProblem } from "../database/user-name.js";
import type { CryptThread } from "./crypt-thread.js";
import { readStoredPassword } from "./password-schemes.js";
import { saslprepStored, StringRefused } from "./saslprep.js";
import { SchemeRefused } from "./stored-password.js";
import type { StoredPassword } from "./stored-password.js";

/** The users of a file; null is the password of one who cannot log in. */
export type PasswdAccounts = ReadonlyMap<string, StoredPassword | null>;

export interface PasswdLines {
  readonly accounts: PasswdAccounts;
  /** `line 3 (alice): what is wrong and what follows`, without secrets. */
  readonly problems: readonly string[];
  /** Lines that were neither empty nor comments. */
  readonly lines: number;
}

export interface PasswdLinesOptions {
  /** The scheme of a password without one in front. */
  readonly usualScheme: string;
  readonly thread: CryptThread;
}

/** More problems than these are counted and not told. */
const MOST_PROBLEMS = 50;

/** Extra fields that say on which condition, or as whom, a user logs in. What cannot be kept here keeps the user out. */
const conditions: readonly string[] = [
  "allow_nets",
  "allow_real_nets",
  "delay_until",
  "host",
  "nopassword",
  "proxy",
  "proxy_maybe",
  "user",
];

/** Extra fields that mean: this user does not log in. */
const barred: readonly string[] = ["nologin", "noauthenticate"];

/** Reads the whole file. */
export function readPasswdLines(text: string, options: PasswdLinesOptions): PasswdLines {
  const accounts = new Map<string, StoredPassword | null>();
  const problems: string[] = [];
  let untold = 0;
  let lines = 0;
  let number = 0;
  for (const line of eachLine(text)) {
    number += 1;
    if (line.trim() === "" || line.startsWith("#")) continue;
    lines += 1;
    const tell = (name: string | null, problem: string): void => {
      if (problems.length === MOST_PROBLEMS) untold += 1;
      else problems.push(`line ${number}${name === null ? "" : ` (${name})`}: ${problem}`);
    };
    const [written = "", password = "", ...more] = line.split(":");
    const name = nameOf(written);
    if ("problem" in name) tell(null, name.problem);
    else if (accounts.has(name.name)) tell(name.name, "the user has a line before this one, and that one counts");
    else {
      const { stored, problem } = accountOf(password, extraFields(more), options);
      accounts.set(name.name, stored);
      if (problem !== null) tell(name.name, `${problem}; the user cannot log in`);
    }
  }
  if (untold > 0) problems.push(`and ${untold} more problems of this kind`);
  return { accounts, problems, lines };
}

/** One line after the other, without their ends. */
function* eachLine(text: string): Generator<string> {
  let start = text.startsWith("\ufeff") ? 1 : 0;
  while (start < text.length) {
    const newline = text.indexOf("\n", start);
    const end = newline === -1 ? text.length : newline;
    yield text.slice(start, text[end - 1] === "\r" ? end - 1 : end);
    start = end + 1;
  }
}

function nameOf(written: string): { readonly name: string } | { readonly problem: string } {
  const problem = userNameProblem(written);
  if (problem !== null) return { problem };
  try {
    return { name: saslprepStored(written) };
  } catch (error) {
    if (error instanceof StringRefused) return { problem: `the name cannot be used: ${error.message}` };
    throw error;
  }
}

/** What follows the shell; a colon may be part of a value. */
function extraFields(more: readonly string[]): readonly string[] {
  return more
    .slice(5)
    .join(":")
    .split(/[ \t]+/)
    .map((field) => field.replace(/=.*$/s, ""));
}

function accountOf(
  password: string,
  extras: readonly string[],
  { usualScheme, thread }: PasswdLinesOptions,
): { readonly stored: StoredPassword | null; readonly problem: string | null } {
  const out = (problem: string | null): ReturnType<typeof accountOf> => ({ stored: null, problem });
  if (extras.some((field) => barred.includes(field))) return out(null);
  const condition = extras.find((field) => conditions.includes(field));
  if (condition !== undefined) return out(conditionProblem(condition));
  // As in /etc/shadow: nobody has a password.
  if (/^(?:\{[^}]*\})?[*!]/.test(password)) return out(null);
  if (password === "") return out("there is no password");
  try {
    return { stored: readStoredPassword(password, usualScheme, thread), problem: null };
  } catch (error) {
    if (error instanceof SchemeRefused) return out(error.message);
    throw error;
  }
}

function conditionProblem(field: string): string {
  return field === "nopassword"
    ? "nopassword would let anybody in"
    : `${field} cannot be kept here, because it takes more than a name and a password`;
}
