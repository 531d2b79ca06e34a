// Every bound and every deadline of the client, each with its reason. Nothing here is read from the wire.
// Others enforce them: `pipeline.ts` lines, windows and silence, `answer.ts` and `listings.ts` listings,
// `retrieval.ts` messages, `connect.ts` the deadline.

/** Bounds on what a server can make this client hold, and on what is asked of a server at a time. */
export interface ClientLimits {
  /** Octets of a line outside of bodies, with its end. */
  readonly lineOctets: number;
  /** Octets of a line while a SASL exchange is on. */
  readonly challengeOctets: number;
  /** Octets of a listing, or of the body of a command that is run. */
  readonly listingOctets: number;
  /** Messages in a listing. */
  readonly listingMessages: number;
  /** Octets of a message that is asked for as a whole; streams have no bound. */
  readonly messageOctets: number;
  /** Octets of commands that were sent and not answered yet (RFC 2449 §6.6). */
  readonly windowOctets: number;
  /** Octets of messages that have come and that nobody has read yet, before the server is made to wait. */
  readonly bufferOctets: number;
  /** The same, where a reply that somebody waits for stands behind them, before the connection is given up. */
  readonly unreadOctets: number;
}

export const DEFAULT_CLIENT_LIMITS: ClientLimits = {
  // RFC 2449 §4 allows 512; greetings and refusals in the wild are longer, none came near to this.
  lineOctets: 8 * 1024,
  // As long as the answers that the server of this project takes.
  challengeOctets: 64 * 1024 + 2,
  // A unique-id listing of half a million messages.
  listingOctets: 48 * 1024 * 1024,
  // What the octets above could hold at the shortest, several times over, would fill the memory of a small machine as objects.
  listingMessages: 1_000_000,
  // Mail systems refuse messages of a quarter of that.
  messageOctets: 256 * 1024 * 1024,
  // Two hundred RETRs. Every TCP receives more at a time, and servers that stop reading at a few KiB do no harm to anybody.
  windowOctets: 2 * 1024,
  // What a fast link brings while a disk writes.
  bufferOctets: 256 * 1024,
  // Enough for a window of messages, too little to hurt.
  unreadOctets: 64 * 1024 * 1024,
};

/** Deadlines, in milliseconds. */
export interface ClientDeadlines {
  /** From the call of `connect` to the first answer to CAPA: name, connection, TLS of either kind and greeting. The login has no deadline of its own. */
  readonly connectMs: number;
  /** Without an octet from the server while a reply is due. */
  readonly silenceMs: number;
  /** For the last word of a session that is ended without a commit. */
  readonly quitMs: number;
}

export const DEFAULT_CLIENT_DEADLINES: ClientDeadlines = {
  // Two lost packets of a handshake, and a slow lookup.
  connectMs: 30_000,
  // RFC 1939 gives clients ten minutes; a server that opens a large maildrop takes one or two.
  silenceMs: 2 * 60_000,
  quitMs: 5000,
};

/** Octets of the answer to CAPA: before login, from whoever sits there. A hundred lines of the longest. */
export const CAPABILITIES_OCTETS: number = 50 * 1024;

/** For the last octets of a connection, to a server that does not read them, in milliseconds. */
export const LINGER_MS: number = 1000;

/** Octets of messages asked for ahead by `messages()`, by their listed sizes: the product of 1 Gbit/s and 30 ms. */
export const MESSAGE_WINDOW_OCTETS: number = 4 * 1024 * 1024;

/** The defaults with what the caller sets. Throws a `RangeError` for a value that makes no sense. */
export function withClientDefaults(
  limits: Partial<ClientLimits> = {},
  deadlines: Partial<ClientDeadlines> = {},
): ClientLimits & ClientDeadlines {
  const all = { ...DEFAULT_CLIENT_LIMITS, ...DEFAULT_CLIENT_DEADLINES, ...limits, ...deadlines };
  for (const [name, value] of Object.entries(all)) {
    if (!Number.isSafeInteger(value) || value < 1)
      throw new RangeError(`${name}: ${value} is not a whole number from 1 up`);
  }
  return all;
}
