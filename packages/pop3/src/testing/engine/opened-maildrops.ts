// The maildrops of a test server, as its sessions open them: what a fault deletes early goes however the session ends, and where a fault
// says so, the lease keeps nobody out. Otherwise the store itself. Knows no fault.
import type { Maildrop, MaildropStore } from "../../contracts/maildrop.js";
import type { MemoryMaildrops } from "../../maildrop/memory.js";

export class OpenedMaildrops implements MaildropStore {
  readonly #store: MemoryMaildrops;
  /** Positions that go early, by the user whose maildrop was opened last. */
  readonly #early = new Map<string, Set<number>>();
  /** Logins in progress that open a maildrop although another session has it. */
  sharing = 0;

  constructor(store: MemoryMaildrops) {
    this.#store = store;
  }

  open(user: string): Maildrop {
    const [maildrop, shared] = this.#taken(user);
    const early = new Set<number>();
    this.#early.set(user, early);
    const update = (marked: readonly number[]): void | Promise<void> => {
      const deleted = [...new Set([...marked, ...early])];
      early.clear();
      return shared ? this.#deleteUnderNewLease(user, maildrop, deleted) : maildrop.update(deleted);
    };
    return {
      snapshot: maildrop.snapshot,
      read: (position) => maildrop.read(position),
      update,
      release: () => (early.size > 0 ? update([]) : maildrop.release()),
    };
  }

  /** Of the session that has this user's maildrop open. */
  deleteEarly(user: string, messageNumber: number): void {
    this.#early.get(user)?.add(messageNumber - 1);
  }

  #taken(user: string): readonly [Maildrop, boolean] {
    if (this.sharing === 0) return [this.#store.open(user), false];
    this.#store.breakLease(user);
    return [this.#store.open(user), true];
  }

  /** By unique-id: another session may have deleted some of it, and has the lease perhaps. */
  #deleteUnderNewLease(user: string, seen: Maildrop, deleted: readonly number[]): void | Promise<void> {
    const gone = new Set(deleted.map((position) => seen.snapshot.uniqueIdAt(position)));
    this.#store.breakLease(user);
    const now = this.#store.open(user);
    const positions = Array.from({ length: now.snapshot.count }, (_, position) => position);
    return now.update(positions.filter((position) => gone.has(now.snapshot.uniqueIdAt(position))));
  }
}
