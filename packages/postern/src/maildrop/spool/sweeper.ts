// Clears up behind deletions, failed deliveries and dead holders: in small transactions, between other work.
// Decides nothing: `bodies.ts` knows which octets are doomed, `leases.ts` which holders are dead. Knows no table.
import { setImmediate as nextTurn } from "node:timers/promises";
import type { PosternDatabase } from "../../database/database.js";
import type { Bodies } from "./bodies.js";
import type { Leases } from "./leases.js";

export class Sweeper {
  readonly #database: PosternDatabase;
  readonly #bodies: Bodies;
  readonly #leases: Leases;
  #running: Promise<void> | null = null;
  /** Something was left to do when the present run was past it. */
  #again = false;
  #buried = false;
  #stopped = false;

  constructor(database: PosternDatabase, bodies: Bodies, leases: Leases) {
    this.#database = database;
    this.#bodies = bodies;
    this.#leases = leases;
  }

  /** Starts clearing up, unless that is under way. What fails is left to the next time. */
  start(): void {
    if (this.#stopped) return;
    this.#again = true;
    this.#running ??= this.#run()
      .catch(() => undefined)
      .finally(() => (this.#running = null));
  }

  /** Once for each store that serves sessions: the dead are looked for. */
  startOnce(): void {
    if (!this.#buried) this.start();
  }

  /** Resolves when nothing is left to do. */
  async finished(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  stop(): void {
    this.#stopped = true;
  }

  async #run(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      if (!this.#buried) {
        this.#buried = true;
        await this.#database.write(() => {
          this.#leases.buryDead();
          this.#bodies.doomDead((holder) => this.#leases.isDead(holder));
        });
      }
      let more = true;
      while (more && !this.#stopped) {
        await nextTurn();
        if (this.#stopped) return;
        more = await this.#database.write(() => this.#bodies.sweep());
      }
    }
  }
}
