// The maildrops of a test server, as its sessions open them: what a fault deletes early goes however the session ends.
// Otherwise the store itself. Knows no fault.
import type { Maildrop, MaildropStore } from "../../contracts/maildrop.js";

export class EarlyDeletions implements MaildropStore {
  readonly #store: MaildropStore;
  /** Positions, by the user whose maildrop is open: one session has it at a time. */
  readonly #open = new Map<string, Set<number>>();

  constructor(store: MaildropStore) {
    this.#store = store;
  }

  async open(user: string): Promise<Maildrop> {
    const maildrop = await this.#store.open(user);
    const early = new Set<number>();
    this.#open.set(user, early);
    const deleted = (marked: readonly number[]): readonly number[] => {
      const all = [...new Set([...marked, ...early])];
      early.clear();
      return all;
    };
    return {
      snapshot: maildrop.snapshot,
      read: (position) => maildrop.read(position),
      update: (marked) => maildrop.update(deleted(marked)),
      release: () => (early.size > 0 ? maildrop.update(deleted([])) : maildrop.release()),
    };
  }

  /** Of the session that has this user's maildrop open. */
  delete(user: string, messageNumber: number): void {
    this.#open.get(user)?.add(messageNumber - 1);
  }
}
