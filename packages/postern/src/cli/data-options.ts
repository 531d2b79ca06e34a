// The options --config and --data, which every command that touches a data directory has, and what follows from them.
// Loads configuration and store only when they are asked for, so that help stays quick.
import type { Command } from "commander";
import type { ConfigFlags } from "../config/layers.js";
import type { Config } from "../config/schema.js";
import type { Rooms } from "../service/rooms.js";
import type { CliContext } from "./context.js";

export interface DataOptions {
  readonly config?: string;
  readonly data?: string;
}

/** Adds `--config` and `--data`. */
export function withDataOptions(command: Command): Command {
  return command
    .option("--config <file>", "configuration file (default: postern.toml in this directory, if there is one)")
    .option("--data <dir>", "data directory (default: postern-data in this directory)");
}

/**
 * The configuration for one run: `flags` by key path win over everything, everything wins over `defaults`.
 * Throws `ConfigProblem`.
 */
export async function configFor(
  { cwd, env }: CliContext,
  options: DataOptions,
  flags: ConfigFlags = {},
  defaults: ConfigFlags = {},
): Promise<Config> {
  const { loadConfig } = await import("../config/load.js");
  return loadConfig({ cwd, env, file: options.config, flags: { data: options.data, ...flags }, defaults });
}

/**
 * Accounts and maildrops of the data directory, which must exist unless `create` says otherwise. The caller closes them.
 * Throws `ConfigProblem` or `ServiceProblem`.
 */
export async function openRoomsFor(context: CliContext, options: DataOptions, create = false): Promise<Rooms> {
  const config = await configFor(context, options);
  const { openRooms } = await import("../service/rooms.js");
  return openRooms(config, { create });
}
