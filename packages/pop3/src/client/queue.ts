// First in, first out, without moving the rest at every step: exchanges by the ten thousand wait in it.
// Knows nothing of what it holds.

/** Taken-out places in front that are kept before the array is cut. */
const SLACK = 1024;

export class Queue<Item> {
  #items: (Item | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  get first(): Item | undefined {
    return this.#items[this.#head];
  }

  get last(): Item | undefined {
    return this.length === 0 ? undefined : this.#items.at(-1);
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  shift(): Item | undefined {
    if (this.length === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head++] = undefined;
    if (this.#head === this.#items.length) {
      this.#items = [];
      this.#head = 0;
    } else if (this.#head > SLACK && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** Takes an item out wherever it stands; false where it is not there. */
  remove(item: Item): boolean {
    const at = this.#items.indexOf(item, this.#head);
    if (at === -1) return false;
    this.#items.splice(at, 1);
    return true;
  }

  /** Whether an item passes. */
  some(passes: (item: Item) => boolean): boolean {
    for (let at = this.#head; at < this.#items.length; at++) if (passes(this.#items[at]!)) return true;
    return false;
  }

  /** From the first to the last; it must not change meanwhile. */
  *[Symbol.iterator](): Generator<Item, void, void> {
    for (let at = this.#head; at < this.#items.length; at++) yield this.#items[at]!;
  }

  /** Empties it, and gives what it held. */
  drain(): Item[] {
    const items = this.#items.slice(this.#head) as Item[];
    this.#items = [];
    this.#head = 0;
    return items;
  }
}
