// The faults of a test server that are in force, and whether one is meant for an exchange: its aim.
// Knows no kind: `../faults/` makes strikes of faults. Counts what it has seen, so every exchange is asked about once.
import type { State } from "../../contracts/session.js";
import { GREETING, HANDSHAKE, UNKNOWN, type Exchange, type Played } from "./exchange.js";

/** An exchange before it has a reply. */
export type ExchangeFacts = Omit<Exchange, "reply" | "text">;

/** Which exchanges a fault is meant for. */
export type Target = string | readonly string[] | ((exchange: Exchange) => boolean);

/** What every fault may say of which exchanges it is meant for. */
export interface Aim {
  /**
   * A keyword in any case, `greeting`, `handshake` (the beginning of TLS), `*` (every command), `unknown` (every command that the server has
   * not), several of them, or a function that is asked with the reply at hand. Where absent, what the kind says.
   */
  readonly on?: Target;
  /** Only with exactly these parameters, one character an octet; "" for none. */
  readonly params?: string;
  /** Only where the honest reply has this status. */
  readonly status?: "+OK" | "-ERR";
  /** Only before login, or only after it. */
  readonly state?: State;
  /** Only under TLS (true), or only in the clear. */
  readonly secure?: boolean;
  /** Only in this session, or these: the first one of the server is 1. */
  readonly session?: number | readonly number[];
  /** Only the nth exchange of a session that fits all of the above, from 1. */
  readonly nth?: number;
  /** Only so many times, over all sessions; every time where absent. */
  readonly times?: number;
}

/** What a fault does to an exchange that it is meant for. */
export interface Strike {
  /** False where the honest server never sees the command. */
  readonly carriedOut: boolean;
  /** What was sent in the clear behind this command is carried out under TLS. */
  readonly keepsCleartext?: boolean;
  /** What was sent behind this command before its reply is lost. */
  readonly losesPipelined?: boolean;
  /** This command opens a maildrop although another session has it. */
  readonly sharesMaildrop?: boolean;
  /** What is played in the place of the reply. */
  play(exchange: Exchange): Played;
}

/** A fault in force. */
interface Entry {
  readonly aim: Aim;
  readonly strike: Strike;
  /** How often it was meant, by session. */
  readonly seen: Map<number, number>;
  left: number;
}

/** The faults for one exchange: those that are, and those that want to see the reply first. */
export interface Selection {
  readonly strikes: readonly Strike[];
  readonly undecided: readonly Entry[];
}

const NONE: Selection = { strikes: [], undecided: [] };

export class FaultBook {
  readonly #entries = new Set<Entry>();

  /** Puts a fault into force; the function takes it out again. */
  add(aim: Aim, strike: Strike): () => void {
    const entry: Entry = { aim, strike, seen: new Map(), left: aim.times ?? Number.POSITIVE_INFINITY };
    this.#entries.add(entry);
    return () => void this.#entries.delete(entry);
  }

  select(facts: ExchangeFacts): Selection {
    if (this.#entries.size === 0) return NONE;
    const strikes: Strike[] = [];
    const undecided: Entry[] = [];
    for (const entry of this.#entries) {
      const { on, status } = entry.aim;
      if (!fits(entry.aim, facts) || (typeof on !== "function" && !isNamed(on, facts))) continue;
      if (status !== undefined || (typeof on === "function" && entry.strike.carriedOut)) undecided.push(entry);
      else if (isMeant(entry, { ...facts, reply: new Uint8Array(0), text: "" })) strikes.push(entry.strike);
    }
    return { strikes, undecided };
  }

  /** Which of the undecided are meant after all. */
  decide(undecided: Selection["undecided"], exchange: Exchange): readonly Strike[] {
    return undecided.flatMap((entry) => (isMeant(entry, exchange) ? [entry.strike] : []));
  }
}

function isNamed(on: string | readonly string[] | undefined, { keyword, known }: ExchangeFacts): boolean {
  const isCommand = keyword !== GREETING && keyword !== HANDSHAKE;
  return [on ?? []].flat().some((one) => {
    if (one === "*") return isCommand;
    if (one === UNKNOWN) return isCommand && !known;
    return one.toUpperCase() === keyword.toUpperCase();
  });
}

/** What is asked last, because it counts. */
function isMeant(entry: Entry, exchange: Exchange): boolean {
  const { on, status } = entry.aim;
  if (status !== undefined && !exchange.text.startsWith(status)) return false;
  return (typeof on !== "function" || on(exchange)) && strikesNow(entry, exchange);
}

function fits({ params, state, secure }: Aim, facts: ExchangeFacts): boolean {
  return (
    (params === undefined || params === (facts.params ?? "")) &&
    (state === undefined || state === facts.state) &&
    (secure === undefined || secure === facts.secure)
  );
}

function strikesNow(entry: Entry, { session }: ExchangeFacts): boolean {
  const { aim, seen } = entry;
  const nth = (seen.get(session) ?? 0) + 1;
  seen.set(session, nth);
  if (aim.session !== undefined && ![aim.session].flat().includes(session)) return false;
  if (aim.nth !== undefined && aim.nth !== nth) return false;
  if (entry.left === 0) return false;
  entry.left--;
  return true;
}
