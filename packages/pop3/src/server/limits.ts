// Every bound and every deadline of the server, each with its reason. Nothing here is read from the wire.
// Others enforce them: `server.ts` counts connections, `login.ts` refused logins, `session.ts` useless commands and idle minutes,
// `penalties.ts` wrong passwords, `proxy.ts` the wait for a header.

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

/**
 * Octets of the longest line of a SASL exchange, with CRLF: RFC 5034 §4 asks for what the mechanisms need, and a bearer token with all
 * of a user's groups in it is the longest that is seen.
 */
export const CONTINUATION_OCTETS: number = 64 * 1024 + 2;

/** Bounds on guessing at passwords. */
export interface PenaltyLimits {
  /** How long the answer to a first wrong login is held; each further one that counts doubles it. 0 holds none. */
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
  /** Logins from one place that may be in progress or held at a time. */
  readonly attemptsPerPlace: number;
  /** Logins from one place that may wait for one of these slots. */
  readonly waitingPerPlace: number;
  /** The same, from all places together. */
  readonly waitingInAll: number;
  /** Answers held at a time, of all places together. */
  readonly heldInAll: number;
  /** Pairs of a place and a name that are remembered for a login that succeeded. */
  readonly knownPairs: number;
  readonly knownMs: number;
}

export const DEFAULT_PENALTY_LIMITS: PenaltyLimits = {
  // Whoever mistypes hardly notices; a list of passwords is slow from its fifth line on.
  firstDelayMs: 250,
  longestDelayMs: 15_000,
  // More than the people behind one address log in with in the same moment; with the longest delay, one guess a second.
  attemptsPerPlace: 16,
  // More than `connectionsPerAddress`: what waits beyond that are peers that have gone.
  waitingPerPlace: 256,
  waitingInAll: 16_384,
  // A few hundred octets each; more than that takes four thousand places at the same time.
  heldInAll: 65_536,
  knownPairs: 50_000,
  // Programs for mail log in at least once a day.
  knownMs: 24 * 3_600_000,
};

/** How long a proxy may take for its header: it sends one at once, so this is for lost packets alone. */
export const PROXY_HEADER_MS = 10_000;

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

/** The same for penalties. */
export function penaltyLimits(limits: Partial<PenaltyLimits> = {}): PenaltyLimits {
  const all = { ...DEFAULT_PENALTY_LIMITS, ...limits };
  for (const [name, value] of Object.entries(all)) {
    const least = name === "firstDelayMs" ? 0 : 1;
    if (!Number.isSafeInteger(value) || value < least)
      throw new RangeError(`${name}: ${value} is not a whole number from ${least} up`);
  }
  // Nobody's client waits so long, and a login held for hours is a denial of service to whoever shares the address.
  if (all.longestDelayMs > 600_000)
    throw new RangeError(`longestDelayMs: ${all.longestDelayMs} is more than 10 minutes`);
  return all;
}
