// Every kind of fault by its name, and the way from data to a strike: which kinds and options there are is said where one is wrong.
// Each family has its own file; a new family is a line here.
import { FaultBook, type Aim } from "../engine/fault-book.js";
import { capabilityList, type CapabilitiesFault } from "./capability-list.js";
import { deletion, type EarlyDeletionFault, type UncommittedDeletionFault } from "./deletion.js";
import {
  delivery,
  type DelayFault,
  type DropFault,
  type OctetByOctetFault,
  type ResetFault,
  type SplitFault,
  type StallFault,
} from "./delivery.js";
import {
  framing,
  type DoubledTerminatorFault,
  type LoneLineFeedsFault,
  type MissingTerminatorFault,
  type UnstuffedDotsFault,
} from "./framing.js";
import { greeting, type LongGreetingFault, type SilentFault } from "./greeting.js";
import { count, octetsText, oneOf, yes, type FaultKind } from "./kind.js";
import { listings, type ChangedUniqueIdsFault, type DoubledUniqueIdsFault, type WrongSizesFault } from "./listings.js";
import { pipelining, type LostPipelinedFault, type ReorderedFault } from "./pipelining.js";
import { refusals, type CustomFault, type RefusedFault, type ReplyFault } from "./refusals.js";
import { sessions, type AutologoutFault, type SharedMaildropFault } from "./sessions.js";
import { tls, type HandshakeFault, type KeepsCleartextFault, type StlsInjectionFault } from "./tls.js";

/** A way in which the test server misbehaves: its kind, which exchanges it is meant for, and the options of the kind. */
export type Fault =
  | DelayFault
  | StallFault
  | DropFault
  | ResetFault
  | SplitFault
  | OctetByOctetFault
  | WrongSizesFault
  | MissingTerminatorFault
  | DoubledTerminatorFault
  | UnstuffedDotsFault
  | LoneLineFeedsFault
  | ReorderedFault
  | LostPipelinedFault
  | CapabilitiesFault
  | RefusedFault
  | ReplyFault
  | ChangedUniqueIdsFault
  | DoubledUniqueIdsFault
  | UncommittedDeletionFault
  | EarlyDeletionFault
  | AutologoutFault
  | SharedMaildropFault
  | HandshakeFault
  | StlsInjectionFault
  | KeepsCleartextFault
  | LongGreetingFault
  | SilentFault
  | CustomFault;

const kinds: Readonly<Record<Fault["fault"], FaultKind>> = {
  ...delivery,
  ...listings,
  ...framing,
  ...pipelining,
  ...capabilityList,
  ...refusals,
  ...deletion,
  ...sessions,
  ...tls,
  ...greeting,
};

/** The names of all kinds of fault. */
export const FAULT_KINDS: readonly Fault["fault"][] = Object.keys(kinds) as Fault["fault"][];

/** Puts a fault into force; the function takes it out again. Throws a `TypeError` for a fault that does not exist so. */
export function addFault(book: FaultBook, fault: Fault): () => void {
  const name: unknown = (fault as Partial<Fault> | null)?.fault;
  if (typeof name !== "string" || !Object.hasOwn(kinds, name)) {
    throw new TypeError(`there is no fault ${JSON.stringify(name)}; there are ${FAULT_KINDS.join(", ")}`);
  }
  const { on, options, strike } = kinds[name as Fault["fault"]];
  const rules = { ...aimRules, ...options };
  for (const [option, value] of Object.entries(fault)) {
    if (option === "fault" || value === undefined) continue;
    const rule = Object.hasOwn(rules, option) ? rules[option] : undefined;
    if (rule === undefined) {
      throw new TypeError(`the fault "${name}" has no option "${option}"; it has ${Object.keys(rules).join(", ")}`);
    }
    if (!rule.accepts(value)) throw new TypeError(`the fault "${name}": "${option}" must be ${rule.text}`);
  }
  for (const [option, { needed, text }] of Object.entries(options)) {
    if (needed && (fault as object as Record<string, unknown>)[option] === undefined) {
      throw new TypeError(`the fault "${name}" needs the option "${option}", ${text}`);
    }
  }
  const aim: Aim = { ...fault, on: fault.on ?? on };
  const struck = strike(fault);
  // Flags are asked for before there is a reply.
  const { carriedOut, keepsCleartext, losesPipelined, sharesMaildrop } = struck;
  if (aim.status !== undefined && !carriedOut)
    throw new TypeError(`the fault "${name}" with \`status\`: what is not carried out has no honest reply to look at`);
  const early = keepsCleartext ?? losesPipelined ?? sharesMaildrop ?? false;
  if (early && (aim.status !== undefined || typeof aim.on === "function"))
    throw new TypeError(
      `the fault "${name}" strikes before there is a reply: it takes no \`status\`, and no function as \`on\``,
    );
  return book.add(aim, struck);
}

/** Says of data whether it is a fault: throws the `TypeError` with which a test server would refuse it. */
export function assertFault(fault: unknown): asserts fault is Fault {
  addFault(new FaultBook(), fault as Fault);
}

const positive = {
  needed: false,
  text: "a whole number from 1 up",
  accepts: (value: unknown) => count.accepts(value) && value !== 0,
};

const aimRules: FaultKind["options"] = {
  on: {
    needed: false,
    text: 'a keyword, "greeting", "handshake", "*", "unknown", a list of these, or (in code) a function',
    accepts: (value) =>
      typeof value === "function" ||
      ([value].flat().length > 0 && [value].flat().every((one) => typeof one === "string" && /^\S+$/.test(one))),
  },
  params: octetsText,
  status: oneOf("+OK", "-ERR"),
  state: oneOf("AUTHORIZATION", "TRANSACTION"),
  secure: yes,
  session: {
    needed: false,
    text: "the number of a session, from 1, or a list of such",
    accepts: (value) => [value].flat().length > 0 && [value].flat().every(positive.accepts),
  },
  nth: positive,
  times: positive,
};
