// What differs between two configurations, as the paths of their keys. Values are left out: some are nobody's to read in a log.
// Knows no key by name.
import type { Config } from "../config/schema.js";

function flat(value: object, prefix: string): [string, string][] {
  return Object.entries(value).flatMap(([name, part]: [string, unknown]) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? flat(part, `${prefix}${name}.`)
      : [[prefix + name, JSON.stringify(part) ?? ""] as [string, string]],
  );
}

/** Keys that are not the same in both, in the order of the configuration. */
export function changedKeys(before: Config, after: Config): readonly string[] {
  const [old, now] = [new Map(flat(before, "")), new Map(flat(after, ""))];
  return [...new Set([...now.keys(), ...old.keys()])].filter((path) => old.get(path) !== now.get(path));
}
