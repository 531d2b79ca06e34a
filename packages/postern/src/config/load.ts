// Makes one checked configuration from file, environment and flags, later ones winning. The only way to a `Config`.
// What stands in each place is read by `layers.ts`, what may stand there is `schema.ts`'s. Opens no data directory, prints nothing.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { configKeys } from "./keys.js";
import { environmentLayer, fileLayer, flagLayer } from "./layers.js";
import type { ConfigFlags, Layer, Written } from "./layers.js";
import { ConfigProblem } from "./problem.js";
import { configSchema } from "./schema.js";
import type { Config } from "./schema.js";

/** The file that is read where none is named and it exists. */
const usualConfigFile = "postern.toml";

export interface ConfigSources {
  /** The directory that relative paths of environment and flags count from, and where postern.toml is looked for. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The file to read; it must exist. */
  readonly file?: string | undefined;
  readonly flags?: ConfigFlags;
  /** What a command sets where nothing is written, instead of the schema's default. */
  readonly defaults?: ConfigFlags;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function nested(values: ReadonlyMap<string, Written>): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [path, { value }] of values) {
    const names = path.split(".");
    const last = names.pop() ?? "";
    let table = root;
    for (const name of names) table = (table[name] ??= {}) as Record<string, unknown>;
    table[last] = value;
  }
  return root;
}

/** Where a value was written; the item of a list belongs to its key. */
function writtenAt(values: ReadonlyMap<string, Written>, path: readonly PropertyKey[]): [string, Written | undefined] {
  const full = path.map(String).join(".");
  const key = configKeys.find((candidate) => full === candidate.path || full.startsWith(`${candidate.path}.`));
  return [full, key === undefined ? undefined : values.get(key.path)];
}

/** Throws `ConfigProblem`, naming everything that is wrong at once. */
export function loadConfig({ cwd, env, file, flags = {}, defaults = {} }: ConfigSources): Config {
  const named = file ?? (env["POSTERN_CONFIG"] || undefined);
  const found = named === undefined ? resolve(cwd, usualConfigFile) : resolve(cwd, named);
  const layers: Layer[] = [environmentLayer(env, cwd), flagLayer(flags, cwd)];
  if (named !== undefined || existsSync(found)) layers.unshift(fileLayer(found));
  layers.unshift(flagLayer(defaults, cwd));

  const values = new Map(layers.flatMap((layer) => [...layer.values]));
  const problems = layers.flatMap((layer) => layer.problems);
  const outcome = configSchema.safeParse(nested(values));
  for (const issue of outcome.error?.issues ?? []) {
    const [path, written] = writtenAt(values, issue.path);
    problems.push(
      written === undefined
        ? `${path}: ${issue.message}`
        : `${written.place}: ${issue.message}, not ${shown(written.value)}`,
    );
  }
  const [cert, key] = [values.get("tls_cert"), values.get("tls_key")];
  if (cert !== undefined && key === undefined)
    problems.push(`${cert.place}: needs tls_key, the private key of the certificate`);
  if (key !== undefined && cert === undefined)
    problems.push(`${key.place}: needs tls_cert, the certificate of the key`);
  if (problems.length > 0 || outcome.data === undefined) throw new ConfigProblem([...new Set(problems)]);
  return { ...outcome.data, data: resolve(cwd, outcome.data.data) };
}
