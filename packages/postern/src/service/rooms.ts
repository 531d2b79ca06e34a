// Opens the rooms of a data directory: one database, the accounts in it and the maildrops in it.
// For the server and for every command that works beside a running one. Knows no sockets.
import { existsSync } from "node:fs";
import { SpoolAccounts } from "../authenticator/spool-accounts.js";
import type { Config } from "../config/schema.js";
import { openDatabase } from "../database/database.js";
import type { PosternDatabase } from "../database/database.js";
import { DatabaseUnusable } from "../database/problem.js";
import { SpoolMaildrops } from "../maildrop/spool/spool-maildrops.js";
import { ServiceProblem } from "./problem.js";

export interface Rooms {
  readonly accounts: SpoolAccounts;
  readonly maildrops: SpoolMaildrops;
  close(): void;
}

export interface RoomsOptions {
  /** Makes the data directory where it does not exist; else that is an error, as it usually is a path mistyped. */
  readonly create: boolean;
}

function openedDatabase(directory: string): PosternDatabase {
  try {
    return openDatabase(directory);
  } catch (error) {
    throw error instanceof DatabaseUnusable ? new ServiceProblem(error.message, { cause: error }) : error;
  }
}

/** Throws `ServiceProblem` where the data directory cannot be used. */
export function openRooms(config: Pick<Config, "data">, { create }: RoomsOptions): Rooms {
  if (!create && !existsSync(config.data)) {
    throw new ServiceProblem(
      `There is no data directory ${config.data}: name another with --data, or make it with \`postern serve\` or \`postern user add\`.`,
    );
  }
  const database = openedDatabase(config.data);
  const maildrops = new SpoolMaildrops(database);
  return {
    accounts: new SpoolAccounts(database),
    maildrops,
    close: () => {
      maildrops.close();
      database.close();
    },
  };
}
