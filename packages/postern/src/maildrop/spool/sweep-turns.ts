// Whose turn it is to sweep, among the processes on one data directory: whoever comes first once the last turn is long enough ago.
// A turn is a time in the table `site` and nothing that is held, so no death can leave it behind. Knows no message.
import type { StatementSync } from "node:sqlite";
import type { PosternDatabase } from "../../database/database.js";

/** A turn is due a little early, so that a timer that runs a little fast does not miss it by one beat. */
const EARLY = 0.95;

export class SweepTurns {
  readonly #database: PosternDatabase;
  readonly #last: StatementSync;
  readonly #take: StatementSync;

  constructor(database: PosternDatabase) {
    this.#database = database;
    this.#last = database.main.prepare("SELECT value FROM site WHERE name = 'retention_sweep_ms'");
    this.#take = database.main.prepare(`
      INSERT INTO site VALUES ('retention_sweep_ms', ?1) ON CONFLICT DO UPDATE SET value = excluded.value
      WHERE value <= ?2 OR value > excluded.value`);
  }

  /** Takes the turn if it is due: for one of all who ask. */
  async take(nowMs: number, intervalMs: number): Promise<boolean> {
    const dueMs = nowMs - intervalMs * EARLY;
    const last = this.#last.get()?.["value"];
    if (typeof last === "number" && last > dueMs && last <= nowMs) return false;
    return this.#database.write(() => this.#take.run(nowMs, dueMs).changes === 1);
  }
}
