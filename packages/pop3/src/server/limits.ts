// Every bound and every deadline of the server, each with its reason. Nothing here is read from the wire.
// Others enforce them: `server.ts` counts connections, `login.ts` refused logins, `session.ts` useless commands and idle minutes.

/** Bounds on what a peer, or all of them together, can take. */
export interface Limits {
  /** Connections open at a time. */
  readonly connections: number;
  /** Of these, from one address; loopback is not counted, because there it is proxies and webmail that connect. */
  readonly connectionsPerAddress: number;
  /** Refused logins on one connection before it is closed. */
  readonly loginFailures: number;
  /** Commands in a row that were unknown, malformed or out of place, before the connection is closed. */
  readonly uselessCommands: number;
}

export const DEFAULT_LIMITS: Limits = {
  // A session that waits holds a few KiB and a file descriptor; common descriptor limits allow about this many.
  connections: 10_000,
  // A household or an office behind one address, each device with a few accounts.
  connectionsPerAddress: 100,
  // Enough for a person who mistypes, too few for a list of passwords.
  loginFailures: 10,
  // A client that goes on after twenty refusals is not speaking POP3.
  uselessCommands: 20,
};

/** Deadlines, in milliseconds. */
export interface Deadlines {
  /** From the connection to a login, the TLS handshake included. */
  readonly loginMs: number;
  /** Between two commands after login. RFC 1939 §3: never less than 10 minutes. */
  readonly idleMs: number;
  /** For a peer that has asked for something and takes none of it. */
  readonly slowReaderMs: number;
}

/** The shortest autologout that RFC 1939 §3 allows. */
export const SHORTEST_IDLE_MS: number = 10 * 60_000;

export const DEFAULT_DEADLINES: Deadlines = {
  // A person who types by hand has time; a connection that only waits is gone before many of them add up.
  loginMs: 3 * 60_000,
  idleMs: SHORTEST_IDLE_MS,
  slowReaderMs: 5 * 60_000,
};

/** How long a session that has sent everything waits for the peer to close its side too. */
export const LINGER_MS = 2000;

/** Replies are gathered up to about this size before they are written; also the size of the pieces of a long body. */
export const BATCH_OCTETS: number = 64 * 1024;

/** The defaults with what the caller sets. Throws a `RangeError` for a value that makes no sense or breaks RFC 1939. */
export function withDefaults(limits: Partial<Limits> = {}, deadlines: Partial<Deadlines> = {}): Limits & Deadlines {
  const all = { ...DEFAULT_LIMITS, ...DEFAULT_DEADLINES, ...limits, ...deadlines };
  for (const [name, value] of Object.entries(all)) {
    if (!Number.isSafeInteger(value) || value < 1)
      throw new RangeError(`${name}: ${value} is not a whole number from 1 up`);
    // setTimeout takes a longer wait for no wait at all.
    if (name.endsWith("Ms") && value > 2 ** 31 - 1)
      throw new RangeError(`${name}: ${value} ms is longer than a timer can wait`);
  }
  if (all.idleMs < SHORTEST_IDLE_MS) {
    throw new RangeError(`idleMs: ${all.idleMs} is less than the 10 minutes that RFC 1939 §3 asks for`);
  }
  return all;
}
