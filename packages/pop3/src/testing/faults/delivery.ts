// Faults in how a reply arrives: late, never, in pieces, cut short. The reply itself is honest, and the command was carried out.
// Knows no command. A client should need no more than the octets in their order, and a deadline for those that do not come.
import type { Played, Step } from "../engine/exchange.js";
import { count, faultKind, ms, needed, integers, oneOf, yes, type FaultKind, type FaultOf } from "./kind.js";

/** The reply comes `ms` milliseconds late. A client waits, within its own deadline. */
export interface DelayFault extends FaultOf<"delay"> {
  readonly ms: number;
}

/** Where a reply breaks off. */
interface BreakingOff {
  /** So many octets of the reply are sent before; all of it where it is shorter. */
  readonly octets?: number;
  /** `before` the reply (the default) or `after` all of it; not together with `octets`. */
  readonly place?: "before" | "after";
  /** False: the command was not carried out either. */
  readonly carriedOut?: boolean;
}

/**
 * Nothing more comes, and the connection stays open; `octets` says after how much of the reply. A client gives up at its deadline and
 * takes nothing for done.
 */
export interface StallFault extends FaultOf<"stall">, BreakingOff {}

/** The connection is closed in order (FIN). A client takes no message for whole and no deletion for done. */
export interface DropFault extends FaultOf<"drop">, BreakingOff {}

/** The connection is broken off (RST). As `drop`; octets that were sent may be lost, too. */
export interface ResetFault extends FaultOf<"reset">, BreakingOff {}

/** The reply comes in pieces, cut at these offsets (from its end where negative), `pauseMs` (20) apart. A client notices nothing. */
export interface SplitFault extends FaultOf<"split"> {
  readonly at: readonly number[];
  readonly pauseMs?: number;
}

/** The reply comes one octet at a time, `pauseMs` (0: a turn of the event loop) apart. A client notices nothing. */
export interface OctetByOctetFault extends FaultOf<"octet-by-octet"> {
  readonly pauseMs?: number;
}

/** Long enough for the octets before it to be read: what waits in the peer's system may be lost with the connection. */
const BEFORE_RESET_MS = 20;

/** The three kinds that break a reply off. */
function breakingOff(name: string, ends: "close" | "reset" | "stall"): FaultKind {
  const options = { octets: count, place: oneOf("before", "after"), carriedOut: yes };
  return faultKind<FaultOf<string> & BreakingOff>("*", options, ({ octets, place, carriedOut = true }) => {
    if (place !== undefined && octets !== undefined) {
      throw new TypeError(`the fault "${name}" takes either \`place\` or \`octets\``);
    }
    return {
      carriedOut,
      play: ({ reply }) => broken(reply, octets ?? (place === "after" ? reply.length : 0), ends),
    };
  });
}

function broken(reply: Uint8Array, octets: number, ends: "close" | "reset" | "stall"): Played {
  const steps: Step[] = octets === 0 ? [] : [reply.subarray(0, octets)];
  if (ends === "reset" && octets > 0) steps.push({ pauseMs: BEFORE_RESET_MS });
  return [...steps, { ends }];
}

function cut(reply: Uint8Array, at: readonly number[], pauseMs: number): readonly Step[] {
  const places = at.map((offset) => (offset < 0 ? reply.length + offset : offset));
  const within = [...new Set(places)].filter((place) => place > 0 && place < reply.length);
  const bounds = [0, ...within.toSorted((a, b) => a - b), reply.length];
  return bounds
    .slice(1)
    .flatMap((end, index) => [...(index === 0 ? [] : [{ pauseMs }]), reply.subarray(bounds[index], end)]);
}

function octetByOctet(reply: Uint8Array, pauseMs: number): readonly Step[] {
  return Array.from(reply, (octet) => [Uint8Array.of(octet), { pauseMs }]).flat();
}

export const delivery: Readonly<Record<"delay" | "stall" | "drop" | "reset" | "split" | "octet-by-octet", FaultKind>> =
  {
    delay: faultKind<DelayFault>("*", { ms: needed(ms) }, (fault) => ({
      play: ({ reply }) => [{ pauseMs: fault.ms }, reply],
    })),
    stall: breakingOff("stall", "stall"),
    drop: breakingOff("drop", "close"),
    reset: breakingOff("reset", "reset"),
    split: faultKind<SplitFault>("*", { at: needed(integers), pauseMs: ms }, ({ at, pauseMs = 20 }) => ({
      play: ({ reply }) => cut(reply, at, pauseMs),
    })),
    "octet-by-octet": faultKind<OctetByOctetFault>(["greeting", "*"], { pauseMs: ms }, ({ pauseMs = 0 }) => ({
      play: ({ reply }) => octetByOctet(reply, pauseMs),
    })),
  };
