// Who counts connections, so that several servers can keep one limit together. The server asks before it serves a connection.
// Knows neither sockets nor limits: those belong to the implementation, and what counts as one address is `server/server.ts`'s.

/** Whether one more connection may be served. */
export type Admission = "ok" | "too-many" | "too-many-from-address";

/** The connections that are open now. Both methods are quick and never throw. */
export interface ConnectionCounts {
  /** Counts a connection where no limit is reached. `place` is what counts as one address; null where only the total counts. */
  enter(place: string | null): Admission;
  /** Takes back what `enter` counted with "ok". */
  leave(place: string | null): void;
}
