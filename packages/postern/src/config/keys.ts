// The keys of the configuration as a flat list, derived from the schema: path, environment name, kind, default, text.
// Knows no values; the loader, the reference page and the suggestions for misspelt keys read it.
import { z } from "zod";
import { configSchema } from "./schema.js";

/** How a value is written where only text is possible, as in the environment. */
export type KeyKind = "text" | "path" | "number" | "boolean" | "list";

export interface ConfigKey {
  /** `limits.connections`. */
  readonly path: string;
  /** `POSTERN_LIMITS_CONNECTIONS`. */
  readonly variable: string;
  readonly kind: KeyKind;
  readonly description: string;
  /** The value where nothing is written; undefined where the key may be absent. */
  readonly fallback: unknown;
  readonly least?: number;
  readonly most?: number;
}

/** JSON Schema, as far as it is read here. */
interface JsonSchema {
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
}

/** The JSON Schema of postern.toml, for editors. */
export function configJsonSchema(): object {
  return z.toJSONSchema(configSchema, { io: "input" });
}

function kindOf(schema: JsonSchema): KeyKind {
  if (schema.type === "array" || schema.anyOf?.some(({ type }) => type === "array")) return "list";
  if (schema.type === "integer" || schema.type === "number") return "number";
  if (schema.type === "boolean") return "boolean";
  return schema.format === "path" ? "path" : "text";
}

function keysOf(schema: JsonSchema, prefix: string): ConfigKey[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const path = prefix + name;
    if (property.properties !== undefined) return keysOf(property, `${path}.`);
    return [
      {
        path,
        variable: `POSTERN_${path.replaceAll(".", "_").toUpperCase()}`,
        kind: kindOf(property),
        description: property.description ?? "",
        fallback: property.default,
        ...(property.minimum !== undefined && { least: property.minimum }),
        ...(property.maximum !== undefined && { most: property.maximum }),
      },
    ];
  });
}

/** Every key, in the order of the schema. */
export const configKeys: readonly ConfigKey[] = keysOf(configJsonSchema(), "");
