// Finds the POP3 server of a mail address: what the domain says in DNS, then what its provider's document says, then the usual names.
// Sets the order and the limits; each way is in a file of its own. Logs nobody in and keeps nothing (RFC 8314 §5.1: not for every connection).
import { fromAutoconfig } from "./autoconfig.js";
import { MOST_CANDIDATES, type Attempt, type Candidate, type Discovery } from "./candidate.js";
import type { Fetch, Inquiry } from "./inquiry.js";
import { parseMailAddress } from "./mail-address.js";
import { tlsProbe, type Probe } from "./probe.js";
import { systemResolver, type Resolver } from "./resolver.js";
import { fromSrv } from "./srv.js";
import { fromWellKnown } from "./well-known.js";

export interface DiscoverOptions {
  readonly signal?: AbortSignal | undefined;
  /** Instead of the system's name servers: `192.0.2.53` or `127.0.0.1:5353`. For SRV and MX records; hosts are looked up as the system does. */
  readonly nameserver?: string | undefined;
  /** Whether Thunderbird's database of providers is asked, too. It learns the domain, not the address. */
  readonly ispdb?: boolean | undefined;
  /** For each single question; 5000 by default. */
  readonly deadlineMs?: number | undefined;
  /** Told while it goes on. */
  readonly onAttempt?: ((attempt: Attempt) => void) | undefined;
  readonly resolver?: Resolver | undefined;
  readonly fetch?: Fetch | undefined;
  readonly probe?: Probe | undefined;
  readonly random?: (() => number) | undefined;
}

const DEADLINE_MS = 5000;

/**
 * Looks for the server. The first way that finds something ends the search; where the domain says that it has no POP3 (an SRV target of `.`)
 * nothing else is tried. See `Candidate.vouched` for what must be asked before a candidate is used.
 * Throws `AddressProblem` where the address is none, and the signal's reason when it is aborted, and Node's error where
 * `nameserver` is no address.
 */
export async function discover(address: string, options: DiscoverOptions = {}): Promise<Discovery> {
  const attempts: Attempt[] = [];
  const inquiry: Inquiry = {
    address: parseMailAddress(address),
    resolver: options.resolver ?? systemResolver(options.nameserver),
    fetch: options.fetch ?? fetch,
    probe: options.probe ?? tlsProbe(),
    random: options.random ?? Math.random,
    ispdb: options.ispdb ?? false,
    deadlineMs: options.deadlineMs ?? DEADLINE_MS,
    signal: options.signal ?? new AbortController().signal,
    note: (what, outcome, detail) => {
      const attempt: Attempt = { what, outcome, detail };
      attempts.push(attempt);
      options.onAttempt?.(attempt);
    },
  };
  try {
    return { candidates: distinct(await search(inquiry)).slice(0, MOST_CANDIDATES), attempts };
  } finally {
    // A question that nobody waits for any more would keep the process alive.
    inquiry.resolver.cancel?.();
  }
}

async function search(inquiry: Inquiry): Promise<readonly Candidate[]> {
  // Where one service is denied and nobody offers the other, the domain has spoken.
  const { candidates, denied } = await fromSrv(inquiry);
  if (candidates.length > 0 || denied) return candidates;
  const described = await fromAutoconfig(inquiry);
  return described.length > 0 ? described : fromWellKnown(inquiry);
}

function distinct(candidates: readonly Candidate[]): readonly Candidate[] {
  const byPlace = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const { host, port, tls, user } = candidate;
    const place = JSON.stringify([host, port, tls, user]);
    if (!byPlace.has(place)) byPlace.set(place, candidate);
  }
  return [...byPlace.values()];
}
