// One exchange as a fault sees it, and what is played in the place of its reply: octets, pauses, an end. Data, and the few rules of it.
// Knows no kind of fault and no socket: `player.ts` plays the steps, the files of `../faults/` make them.
import type { State } from "../../contracts/session.js";
import { joined, octetString, octetsOf } from "../../protocol/octets.js";

/** Octets; a string has one character an octet, so it holds no character over U+00FF. */
export type Octets = string | Uint8Array;

/** One thing that the server does. What follows an end is not played. */
export type Step =
  | Octets
  | { readonly pauseMs: number }
  /** What follows is played behind the reply to the next command, if that is there within so many milliseconds. */
  | { readonly behindNextMs: number }
  /** Writes the same for ever. */
  | { readonly repeats: Octets }
  /** Closes the connection in order unless the next command comes within so many milliseconds. */
  | { readonly idleMs: number }
  /** `close` ends the connection in order (FIN; under TLS, close_notify before it), `reset` breaks it off (RST), `stall` says nothing more. */
  | { readonly ends: "close" | "reset" | "stall" };

/** What is played in the place of a reply: octets, steps, or null for the reply as it is. */
export type Played = Octets | readonly Step[] | null | undefined;

/** The words that stand for what is no keyword. */
export const GREETING = "greeting";
/** The moment before the TLS handshake, with STLS as with implicit TLS. Its honest reply has no octets. */
export const HANDSHAKE = "handshake";

/** Every command that the server has not. */
export const UNKNOWN = "unknown";

/** A command and its reply; or the greeting, or the beginning of TLS. */
export interface Exchange {
  /** In upper case; `greeting` or `handshake` for what is no command. */
  readonly keyword: string;
  /** The line as it was sent, without its line end, one character an octet; empty for what is no command. */
  readonly line: string;
  /** The server has such a command. */
  readonly known: boolean;
  /** What follows the keyword and one SPACE, one character an octet; null where nothing follows. */
  readonly params: string | null;
  /** Which session of this server it is, from 1. */
  readonly session: number;
  /** Which command of this keyword in this session it is, from 1. */
  readonly nth: number;
  readonly secure: boolean;
  /** Before or after login, when the command came. */
  readonly state: State;
  /** Whose maildrop is open; null before login. */
  readonly user: string | null;
  /** The honest reply, whole; empty where the command is not carried out. */
  readonly reply: Uint8Array;
  /** The same, one character an octet. */
  readonly text: string;
  /** Of message number `n`: it is gone from the maildrop once this session has ended, however it ends. */
  deletesEarly(n: number): void;
}

export function isOctets(step: Step): step is Octets {
  return typeof step === "string" || step instanceof Uint8Array;
}

export function asOctets(octets: Octets): Uint8Array {
  return typeof octets === "string" ? octetsOf(octets) : octets;
}

export function withReply(exchange: Omit<Exchange, "reply" | "text">, reply: Uint8Array): Exchange {
  return { ...exchange, reply, text: octetString(reply) };
}

/**
 * Has another fault play what those before it have left. It sees all their octets as one reply; their pauses before the first octet
 * and what they do behind the last one stay.
 */
export function restaged(steps: readonly Step[], play: (reply: Uint8Array) => Played): readonly Step[] {
  const first = steps.findIndex(isOctets);
  const last = steps.findLastIndex(isOctets);
  const octets = steps.filter(isOctets).map(asOctets);
  const reply = joined(
    [new Uint8Array(0), ...octets],
    octets.reduce((sum, one) => sum + one.length, 0),
  );
  const played = play(reply);
  if (played === null || played === undefined) return steps;
  const asSteps = typeof played === "string" || played instanceof Uint8Array ? [played] : played;
  // One character an octet, or an error now rather than in the middle of a reply.
  const checked = asSteps.map((step) => (isOctets(step) ? asOctets(step) : step));
  return first === -1 ? [...steps, ...checked] : [...steps.slice(0, first), ...checked, ...steps.slice(last + 1)];
}
