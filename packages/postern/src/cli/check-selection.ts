// Which checks there are for `postern check`: the standard ones, those of a module of the user's, and what `--only` and `--explain` name.
// Shows lists of them; runs none.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type AnyCapability, DeclarationRefused, Registry, standard } from "@postern/pop3";
import { checksOf, type ConformanceCheck } from "@postern/pop3/conformance";
import { nearest } from "../config/nearest.js";
import { printable } from "../delivery/printable.js";
import { jsonText } from "../reports/json-text.js";
import { CliFailure } from "./context.js";
import type { CliContext } from "./context.js";

/** What is to be examined with. */
export interface LoadedChecks {
  readonly capabilities: readonly AnyCapability[];
  /** The user's own. */
  readonly checks: readonly ConformanceCheck[];
  /** All there are, in the order in which they run. */
  readonly all: readonly ConformanceCheck[];
}

/** Loads the user's module, where one is named. Throws a `CliFailure` where it cannot be used. */
export async function loadedChecks(context: CliContext, module: string | undefined): Promise<LoadedChecks> {
  const own = module === undefined ? {} : await exportsOf(context, module);
  const capabilities = [...standard, ...((own.capabilities ?? []) as AnyCapability[])];
  const checks = (own.checks ?? []) as ConformanceCheck[];
  try {
    // The rules of RFC 2449 §9 hold for everybody's declarations.
    return { capabilities: new Registry(capabilities).capabilities, checks, all: checksOf({ capabilities, checks }) };
  } catch (error) {
    if (error instanceof DeclarationRefused || error instanceof RangeError || error instanceof TypeError) {
      throw new CliFailure(`${printable(module ?? "")} holds no usable checks: ${printable(error.message)}`, 2, {
        cause: error,
      });
    }
    throw error;
  }
}

async function exportsOf(
  { cwd }: CliContext,
  module: string,
): Promise<{ readonly capabilities?: unknown; readonly checks?: unknown }> {
  const named = printable(module);
  const exported = (await import(pathToFileURL(resolve(cwd, module)).href).catch((error: unknown) => {
    throw new CliFailure(`${named} cannot be loaded: ${printable(String(error))}`, 2, { cause: error });
  })) as Record<string, unknown>;
  const { capabilities, checks } = exported;
  if (capabilities === undefined && checks === undefined) {
    throw new CliFailure(`${named} exports neither capabilities nor checks: write \`export const checks = [...]\`.`);
  }
  for (const [name, value] of Object.entries({ capabilities, checks })) {
    if (value !== undefined && !Array.isArray(value)) throw new CliFailure(`${named}: ${name} is no array.`);
  }
  return { capabilities, checks };
}

/** The ids that a list with commas and trailing asterisks means. Throws a `CliFailure` for one that means none. */
export function chosenChecks(all: readonly ConformanceCheck[], list: string): readonly string[] {
  const wanted = list.split(",").map((id) => id.trim());
  const ids = wanted.flatMap((id) => {
    if (!id.endsWith("*")) return [namedCheck(all, id).id];
    const found = all.filter((check) => check.id.startsWith(id.slice(0, -1)));
    if (found.length === 0) throw new CliFailure(`No check begins with ${quoted(id.slice(0, -1))}; --list shows all.`);
    return found.map((check) => check.id);
  });
  return [...new Set(ids)];
}

/** The check of that id. Throws a `CliFailure` that says which one may be meant. */
export function namedCheck(all: readonly ConformanceCheck[], id: string): ConformanceCheck {
  const check = all.find((one) => one.id === id);
  if (check !== undefined) return check;
  const meant = nearest(
    id,
    all.map((one) => one.id),
  );
  throw new CliFailure(
    `There is no check ${quoted(id)}: ${meant === null ? "--list shows all" : `did you mean ${meant}?`}`,
  );
}

function quoted(text: string): string {
  return JSON.stringify(printable(text));
}

/** One line for each. */
export function checkListText(all: readonly ConformanceCheck[]): string {
  const width = Math.max(0, ...all.map(({ id }) => id.length));
  return all
    .map(
      ({ id, level, reference, title }) =>
        `${id.padEnd(width)}  ${level.padEnd(6)}  ${reference.padEnd(14)}  ${title}\n`,
    )
    .join("");
}

/** What is said of each, without its code. */
export function checksJson(all: readonly ConformanceCheck[]): string {
  return jsonText(
    all.map(({ id, tag, level, reference, title, remedy, effect = null, given, dialog = null }) => ({
      id,
      tag,
      level,
      reference,
      title,
      remedy,
      effect,
      given,
      dialog,
    })),
  );
}
