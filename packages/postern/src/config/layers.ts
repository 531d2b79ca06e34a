// The places a configuration comes from: postern.toml, the environment, the command line. Each becomes a layer of
// key paths with raw values; nothing is validated here but names. Knows no order of precedence.
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parse, TomlError } from "smol-toml";
import type { ConfigKey } from "./keys.js";
import { configKeys } from "./keys.js";
import { nearest } from "./nearest.js";
import { fileReason } from "./file-reason.js";

/** A value, and what to call the place where it was written. */
export interface Written {
  readonly value: unknown;
  readonly place: string;
}

/** Written values by key path, and what was written that means nothing. */
export interface Layer {
  readonly values: ReadonlyMap<string, Written>;
  readonly problems: readonly string[];
}

/** Values of the command line by key path; null and undefined where a flag was not given. */
export type ConfigFlags = Readonly<Record<string, unknown>>;

const keysByPath: ReadonlyMap<string, ConfigKey> = new Map(configKeys.map((key) => [key.path, key]));
const keysByVariable: ReadonlyMap<string, ConfigKey> = new Map(configKeys.map((key) => [key.variable, key]));

/** Variables that are ours and no keys of the configuration. */
const otherVariables: readonly string[] = ["POSTERN_CONFIG", "POSTERN_DEBUG", "POSTERN_PASSWORD"];
/** What container platforms set for every container when a service is called `postern`. */
const serviceLink = /^POSTERN_(SERVICE_(HOST|PORT(_.+)?)|PORT(_\d+_(TCP|UDP)(_(PROTO|PORT|ADDR))?)?)$/;

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function absolute(key: ConfigKey, value: unknown, base: string): unknown {
  return key.kind === "path" && typeof value === "string" && value !== "" ? resolve(base, value) : value;
}

function unknownKey(place: string, path: string): string {
  const inside = configKeys.filter((key) => key.path.startsWith(`${path}.`));
  if (inside.length > 0) return `${place}: ${path} is a table of ${inside.map((key) => key.path).join(", ")}`;
  const meant = nearest(path, [...keysByPath.keys()]);
  return `${place}: there is no key ${path}${meant === null ? "" : `; did you mean ${meant}?`}`;
}

/** Reads a configuration file. Paths in it count from the file's own directory. */
export function fileLayer(file: string): Layer {
  let table: Readonly<Record<string, unknown>>;
  try {
    table = parse(readFileSync(file, "utf8"));
  } catch (error) {
    if (error instanceof TomlError) {
      const [reason = ""] = error.message.split("\n");
      return { values: new Map(), problems: [`${file}: line ${error.line}, column ${error.column}: ${reason}`] };
    }
    return { values: new Map(), problems: [`${file}: cannot be read: ${fileReason(error)}`] };
  }
  const values = new Map<string, Written>();
  const problems: string[] = [];
  const walk = (part: Readonly<Record<string, unknown>>, prefix: string): void => {
    for (const [name, value] of Object.entries(part)) {
      const path = prefix + name;
      const key = keysByPath.get(path);
      if (key !== undefined)
        values.set(path, { value: absolute(key, value, dirname(file)), place: `${file}: ${path}` });
      else if (isTable(value)) walk(value, `${path}.`);
      else problems.push(unknownKey(file, path));
    }
  };
  walk(table, "");
  return { values, problems };
}

function fromText({ kind }: ConfigKey, text: string): unknown {
  if (kind === "number" && /^\d+$/.test(text)) return Number(text);
  if (kind === "boolean" && (text === "true" || text === "false")) return text === "true";
  return kind === "list" && text !== "none" ? text.split(",").map((item) => item.trim()) : text;
}

/** Reads the variables `POSTERN_*`. Lists are written with commas; an empty variable counts as absent. */
export function environmentLayer(env: Readonly<Record<string, string | undefined>>, cwd: string): Layer {
  const values = new Map<string, Written>();
  const problems: string[] = [];
  for (const [variable, text] of Object.entries(env)) {
    if (!variable.startsWith("POSTERN_") || text === undefined || text === "") continue;
    const key = keysByVariable.get(variable);
    if (key !== undefined) values.set(key.path, { value: absolute(key, fromText(key, text), cwd), place: variable });
    else if (!otherVariables.includes(variable) && !serviceLink.test(variable)) {
      const meant = nearest(variable, [...keysByVariable.keys(), ...otherVariables]);
      problems.push(`there is no variable ${variable}${meant === null ? "" : `; did you mean ${meant}?`}`);
    }
  }
  return { values, problems };
}

/** Reads the flags that were given. */
export function flagLayer(flags: ConfigFlags, cwd: string): Layer {
  const values = new Map<string, Written>();
  for (const [path, value] of Object.entries(flags)) {
    const key = keysByPath.get(path);
    if (key === undefined) throw new TypeError(`The flag for ${path} names no key of the configuration.`);
    if (value === undefined || value === null) continue;
    values.set(path, { value: absolute(key, value, cwd), place: `--${path.replaceAll("_", "-")}` });
  }
  return { values, problems: [] };
}
