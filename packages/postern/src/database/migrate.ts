// Brings a database to the form that this version knows, and runs what is all or nothing. Knows no table: each database names
// its own form. Opening the file is for `sqlite-file.ts`.
import type { DatabaseSync } from "node:sqlite";
import { DatabaseUnusable } from "./problem.js";

/** What makes a database one of ours, and of this version. */
export interface DatabaseForm {
  /** PRAGMA application_id. */
  readonly applicationId: number;
  /** `migrations[n]` leads from version n to n + 1; once released, a step never changes. */
  readonly migrations: readonly string[];
  /** What to choose another one of where the file is somebody else's: "data directory". */
  readonly elsewhere: string;
}

/** Runs `work` as one transaction that may write, all or nothing. */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    // Some failures, a full disk among them, have ended the transaction already.
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

/** Brings a new or older database to the present form. Throws `DatabaseUnusable`: of another program, or of a newer version. */
export function migrate(database: DatabaseSync, path: string, form: DatabaseForm): void {
  const { applicationId, migrations } = form;
  if (pragma(database, "user_version") === migrations.length && pragma(database, "application_id") === applicationId)
    return;
  inTransaction(database, () => {
    // Asked anew: another process may have done it meanwhile.
    const version = pragma(database, "user_version");
    const application = pragma(database, "application_id");
    const fresh = version === 0 && application === 0 && !database.prepare("SELECT 1 FROM sqlite_schema").get();
    if (!fresh && application !== applicationId) {
      throw new DatabaseUnusable(`${path}: this is the database of another program; choose another ${form.elsewhere}`);
    }
    if (version > migrations.length) {
      throw new DatabaseUnusable(
        `${path}: made by a newer version of Postern (form ${version}); use that version or a newer one`,
      );
    }
    if (version === migrations.length) return;
    for (const step of migrations.slice(version)) database.exec(step);
    database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${migrations.length}`);
  });
}

function pragma(database: DatabaseSync, name: "user_version" | "application_id"): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}
