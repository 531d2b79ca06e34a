// Who logs in to a server and with what: passwords and tokens from a prompt, a file, a command or the environment, never from the
// command line, where others see them. How a login is then made is `@postern/pop3/client`'s.
import { open } from "node:fs/promises";
import { resolve } from "node:path";
import { type AuthOptions, LOGIN_METHODS, type LoginMethod } from "@postern/pop3/client";
import type { Command } from "commander";
import { saslprep } from "../authenticator/saslprep.js";
import { fileReason } from "../config/file-reason.js";
import { nearest } from "../config/nearest.js";
import { printable } from "../delivery/printable.js";
import { CliFailure } from "./context.js";
import type { CliContext } from "./context.js";
import { passwordOnStdin, typedPassword } from "./prompt.js";
import { secretFromCommand } from "./secret-command.js";

/** As commander gives them. */
export interface CredentialOptions {
  readonly user?: string;
  readonly passwordStdin?: boolean;
  readonly passwordFile?: string;
  readonly passwordCommand?: string;
  readonly tokenFile?: string;
  readonly tokenCommand?: string;
  readonly auth?: string;
  readonly allowCleartext?: boolean;
}

/** Who is to log in, and what the URL says of it. */
export interface LoginWanted {
  readonly user: string;
  /** The only way that may be taken, unless an option says otherwise. */
  readonly method?: string | null;
  /** For the question at the terminal. */
  readonly host: string;
}

/** Longer than any password or token that a login can carry. */
const LONGEST_OCTETS = 64 * 1024;

/** Adds `--user` and all that says how its password or token is had. */
export function withCredentialOptions(command: Command): Command {
  return command
    .option("--user <name>", "the name to log in with, where the URL does not say it")
    .option("--password-file <file>", "take the first line of a file as the password")
    .option("--password-command <command>", "take the first line that a command prints, such as that of a keyring")
    .option("--password-stdin", "take the first line of standard input as the password")
    .option("--token-file <file>", "log in with the OAuth token in the first line of a file")
    .option("--token-command <command>", "log in with the OAuth token that a command prints")
    .option("--auth <methods>", "ways to log in that may be taken, the first that is possible first, with commas")
    .option("--allow-cleartext", "let passwords and tokens travel without TLS, where others can read them");
}

/** Whether the options, or the environment where it is to count, say with what to log in, so that nobody has to be asked. */
export function credentialsGiven(options: CredentialOptions, env: CliContext["env"] = {}): boolean {
  return passwordSources(options).length > 0 || tokenSources(options).length > 0 || passwordVariable(env) !== null;
}

/** Reads or asks for what a login needs. Throws a `CliFailure` that says what to give. */
export async function authOptionsFor(
  context: CliContext,
  options: CredentialOptions,
  { user, method = null, host }: LoginWanted,
): Promise<AuthOptions> {
  atMostOne(passwordSources(options));
  atMostOne(tokenSources(options));
  const methods = methodsFrom(options.auth, method);
  const allowed = methods ?? LOGIN_METHODS.filter(({ onRequest }) => !onRequest);
  const token = tokenFrom(context, options);
  if (token === null) requireOtherThanTokens(allowed);
  const password = allowed.some(({ needs }) => needs === "password")
    ? await passwordFrom(context, options, token === null, `${user} at ${host}`)
    : null;
  return {
    user,
    prepare: saslprep,
    cleartext: options.allowCleartext === true,
    ...(methods !== null && { methods: methods.map(({ name }) => name) }),
    ...(token !== null && { token }),
    ...(password !== null && { password }),
  };
}

function requireOtherThanTokens(methods: readonly LoginMethod[]): void {
  if (methods.some(({ needs }) => needs !== "token")) return;
  const names = methods.map(({ name }) => name).join(" and ");
  throw new CliFailure(`${names} needs a token: give it with --token-file or --token-command.`);
}

function methodsFrom(list: string | undefined, ofUrl: string | null): readonly LoginMethod[] | null {
  const names = list?.split(",").map((name) => name.trim().toUpperCase()) ?? (ofUrl === null ? null : [ofUrl]);
  return names?.map(methodCalled) ?? null;
}

function methodCalled(wanted: string): LoginMethod {
  const method = LOGIN_METHODS.find(({ name }) => name === wanted);
  if (method !== undefined) return method;
  const known = LOGIN_METHODS.map(({ name }) => name);
  const meant = nearest(wanted, known);
  const hint = meant === null ? `there are ${known.join(", ")}` : `did you mean ${meant}?`;
  throw new CliFailure(`${JSON.stringify(printable(wanted))} is no way to log in: ${hint}`);
}

function passwordSources(options: CredentialOptions): string[] {
  return [
    ...(options.passwordFile === undefined ? [] : ["--password-file"]),
    ...(options.passwordCommand === undefined ? [] : ["--password-command"]),
    ...(options.passwordStdin === true ? ["--password-stdin"] : []),
  ];
}

function tokenSources(options: CredentialOptions): string[] {
  return [
    ...(options.tokenFile === undefined ? [] : ["--token-file"]),
    ...(options.tokenCommand === undefined ? [] : ["--token-command"]),
  ];
}

function atMostOne(sources: readonly string[]): void {
  if (sources.length > 1) throw new CliFailure(`${sources.join(" and ")} were given: one of them is enough.`);
}

function passwordVariable(env: CliContext["env"]): string | null {
  return env["POSTERN_PASSWORD"] || null;
}

/** Null where none is given and, as `asks` says, nobody is to be asked. */
async function passwordFrom(
  context: CliContext,
  options: CredentialOptions,
  asks: boolean,
  whose: string,
): Promise<string | null> {
  if (options.passwordFile !== undefined) return firstLineOf(context, options.passwordFile, "password");
  if (options.passwordCommand !== undefined) return secretFromCommand(context, options.passwordCommand);
  if (options.passwordStdin === true) return passwordOnStdin(context);
  const variable = passwordVariable(context.env);
  if (variable !== null || !asks) return variable;
  const typed = await typedPassword(context, `Password of ${printable(whose)}: `);
  if (typed === null) {
    throw new CliFailure(
      "There is no terminal to ask for the password: give --password-file, --password-command or --password-stdin, or set POSTERN_PASSWORD.",
    );
  }
  if (typed === "") throw new CliFailure("No password was typed, so nobody was logged in.");
  return typed;
}

/** A command is asked again where the server refused what it gave first. */
function tokenFrom(
  context: CliContext,
  { tokenFile, tokenCommand }: CredentialOptions,
): NonNullable<AuthOptions["token"]> | null {
  if (tokenFile !== undefined) return () => firstLineOf(context, tokenFile, "token");
  if (tokenCommand === undefined) return null;
  return ({ refused }) =>
    secretFromCommand(context, tokenCommand, refused ? { env: { POSTERN_TOKEN_REFUSED: "1" } } : {});
}

async function firstLineOf({ cwd }: CliContext, file: string, what: string): Promise<string> {
  const buffer = Buffer.alloc(LONGEST_OCTETS);
  let octets = 0;
  try {
    await using handle = await open(resolve(cwd, file));
    // A pipe gives less at a time than there is.
    for (let read = -1; read !== 0 && octets < LONGEST_OCTETS; octets += read) {
      ({ bytesRead: read } = await handle.read(buffer, octets, LONGEST_OCTETS - octets));
    }
  } catch (error) {
    throw new CliFailure(`The ${what} in ${printable(file)} cannot be read: ${fileReason(error)}.`, 2, {
      cause: error,
    });
  }
  const line = buffer.toString("utf8", 0, octets).split("\n", 1)[0]?.replace(/\r$/, "") ?? "";
  if (line === "") throw new CliFailure(`${printable(file)} holds no ${what}: write it as the first line.`);
  return line;
}
