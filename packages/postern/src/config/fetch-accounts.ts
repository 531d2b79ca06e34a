// The file of accounts that `postern fetch --accounts` reads: one table `[[account]]` for each, with the words of the command line.
// Holds no password: it says where one is. What the values mean is for `cli/fetch-job.ts`; nothing of postern.toml is known here.
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parse, TomlError } from "smol-toml";
import { z } from "zod";
import { fileReason } from "./file-reason.js";
import { ConfigProblem } from "./problem.js";
import { flag, list, path, text } from "./values.js";

/** One account of the file; paths are absolute. */
export interface FetchAccountConfig {
  readonly from: string;
  readonly to: string;
  readonly recipient?: string | undefined;
  readonly new?: boolean | undefined;
  readonly delete?: boolean | undefined;
  readonly password_file?: string | undefined;
  readonly password_command?: string | undefined;
  readonly token_file?: string | undefined;
  readonly token_command?: string | undefined;
  readonly auth?: readonly string[] | undefined;
  readonly tls?: "implicit" | "required" | "opportunistic" | "none" | undefined;
  readonly ca?: string | undefined;
  readonly allow_cleartext: boolean;
}

const tlsForm = 'write "implicit", "required", "opportunistic" or "none"';

const account = z.strictObject({
  from: text("write where the mail is, such as pop3s://ann@pop.example.net"),
  to: text("write where the mail goes, such as maildir:/home/ann/Mail"),
  recipient: text("write the address for LMTP").optional(),
  new: flag().optional(),
  delete: flag().optional(),
  password_file: path().optional(),
  password_command: text("write a command that prints the password").optional(),
  token_file: path().optional(),
  token_command: text("write a command that prints a token").optional(),
  auth: list(text("write the name of a mechanism"), 'write names of mechanisms, such as ["SCRAM-SHA-256"]').optional(),
  tls: z.enum(["implicit", "required", "opportunistic", "none"], { error: tlsForm }).optional(),
  ca: path().optional(),
  allow_cleartext: flag().default(false),
});

const file = z.strictObject({
  account: z.array(account, { error: "write a table [[account]] for each account" }).min(1, {
    error: "write a table [[account]] for each account",
  }),
});

/** Relative paths in a file count from its own directory. */
const PATHS = ["password_file", "token_file", "ca"] as const;
const PLACE = /^(maildir|mbox|eml):(.+)$/s;

/** Reads the file. Throws `ConfigProblem`, naming everything that is wrong at once. */
export function readFetchAccounts(name: string): readonly FetchAccountConfig[] {
  const outcome = file.safeParse(tables(name));
  if (!outcome.success) {
    throw new ConfigProblem(outcome.error.issues.map((issue) => `${name}: ${placeOf(issue.path)}${messageOf(issue)}`));
  }
  const base = dirname(resolve(name));
  return outcome.data.account.map((entry) => ({
    ...entry,
    ...Object.fromEntries(PATHS.flatMap((key) => (entry[key] === undefined ? [] : [[key, resolve(base, entry[key])]]))),
    to: entry.to.replace(PLACE, (_, kind: string, where: string) => `${kind}:${resolve(base, where)}`),
  }));
}

function tables(name: string): unknown {
  try {
    return parse(readFileSync(name, "utf8"));
  } catch (error) {
    if (error instanceof TomlError) {
      const [reason = ""] = error.message.split("\n");
      throw new ConfigProblem([`${name}: line ${error.line}, column ${error.column}: ${reason}`]);
    }
    throw new ConfigProblem([`${name}: cannot be read: ${fileReason(error)}`]);
  }
}

/** `account 2: to: `. */
function placeOf([, index, ...keys]: readonly PropertyKey[]): string {
  if (typeof index !== "number") return "";
  return `account ${index + 1}: ${keys.map((key) => `${String(key)}: `).join("")}`;
}

function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== "unrecognized_keys") return issue.message;
  const known = Object.keys(account.shape).join(", ");
  return `there is no key ${issue.keys.join(", ")}; there are ${known}`;
}
