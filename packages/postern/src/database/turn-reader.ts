// Reads for message octets on a connection of their own, those of one turn of the event loop in one read transaction: to begin
// and end one costs more than to read a small message. Knows no table.
import type { DatabaseSync, StatementSync } from "node:sqlite";

export class TurnReader {
  readonly database: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #end: StatementSync;
  #reading = false;
  readonly #endOfTurn = (): void => this.renew();

  constructor(database: DatabaseSync) {
    this.database = database;
    this.#begin = database.prepare("BEGIN");
    this.#end = database.prepare("COMMIT");
  }

  /** To be called before each read. Until the turn ends, or `renew`, what others commit is not seen. */
  read(): void {
    if (this.#reading) return;
    this.#begin.run();
    this.#reading = true;
    setImmediate(this.#endOfTurn);
  }

  /** The next read sees all that was committed before it. */
  renew(): void {
    if (!this.#reading) return;
    this.#reading = false;
    if (this.database.isOpen && this.database.isTransaction) this.#end.run();
  }

  close(): void {
    this.renew();
    if (this.database.isOpen) this.database.close();
  }
}
