// The connections of one server, counted in its own memory: what a server does where its owner gives it no counts to share.
// Knows no socket; when it is asked, and what an address is, is decided in `server.ts`.
import type { Admission, ConnectionCounts } from "../contracts/connection-counts.js";
import type { Limits } from "./limits.js";

/** Counts for one server. */
export class OwnConnectionCounts implements ConnectionCounts {
  readonly #limits: Pick<Limits, "connections" | "connectionsPerAddress">;
  readonly #fromPlace = new Map<string, number>();
  #open = 0;

  constructor(limits: Pick<Limits, "connections" | "connectionsPerAddress">) {
    this.#limits = limits;
  }

  enter(place: string | null): Admission {
    if (this.#open >= this.#limits.connections) return "too-many";
    if (place !== null) {
      const before = this.#fromPlace.get(place) ?? 0;
      if (before >= this.#limits.connectionsPerAddress) return "too-many-from-address";
      this.#fromPlace.set(place, before + 1);
    }
    this.#open += 1;
    return "ok";
  }

  leave(place: string | null): void {
    this.#open -= 1;
    if (place === null) return;
    const left = (this.#fromPlace.get(place) ?? 1) - 1;
    if (left === 0) this.#fromPlace.delete(place);
    else this.#fromPlace.set(place, left);
  }
}
