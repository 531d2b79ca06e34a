// Who is at home at which address, shared by all processes on a data directory and after a restart. Pairs come as digests.
// What the database cannot take is lost, and nobody the worse for it but by waiting. The table is made in `database/schema.ts`.
import type { KnownLogins } from "@postern/pop3/server";
import type { StatementSync } from "node:sqlite";
import type { PosternDatabase } from "../database/database.js";
import { unlessDatabaseFails } from "../database/problem.js";

/** Pairs remembered between two looks for those whose time is over, and how many of these are taken out then: the table stays small. */
const LOOK_EVERY = 64;
const TAKEN_OUT = 256;

export class SharedKnownLogins implements KnownLogins {
  readonly #now: () => number;
  readonly #select: StatementSync;
  readonly #insert: StatementSync;
  readonly #forget: StatementSync;
  #added = 0;

  constructor({ leases }: PosternDatabase, now: () => number = Date.now) {
    this.#now = now;
    this.#select = leases.prepare("SELECT 1 FROM known_login WHERE pair = ? AND until_ms > ?");
    this.#insert = leases.prepare(
      "INSERT INTO known_login VALUES (?, ?) ON CONFLICT DO UPDATE SET until_ms = max(until_ms, excluded.until_ms)",
    );
    this.#forget = leases.prepare(`
      DELETE FROM known_login WHERE pair IN
        (SELECT pair FROM known_login WHERE until_ms <= ? ORDER BY until_ms LIMIT ${TAKEN_OUT})`);
  }

  knows(pair: string): boolean {
    return unlessDatabaseFails(() => this.#select.get(pair, this.#now()) !== undefined) ?? false;
  }

  remember(pair: string, untilMs: number): void {
    unlessDatabaseFails(() => {
      this.#insert.run(pair, untilMs);
      if (++this.#added % LOOK_EVERY === 0) this.#forget.run(this.#now());
    });
  }
}
