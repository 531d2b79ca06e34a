// The declaration of an extension: RFC 2449 §9's registration template as a type, plus what makes it run.
// One value of this type drives dispatch, CAPA, the client's typed lookup, the checker and the reference pages.
import type { Check } from "./check.js";
import type { Admission, AnyCommandSpec, Parsed, ServeContext } from "./command.js";
import type { NegativeReply, Reply } from "./reply.js";
import type { ResponseCode } from "./response-code.js";
import type { ReplyText } from "./sentence.js";
import type { SessionView, State } from "./session.js";
import type { Transaction } from "./transaction.js";

/** The arguments of a capability line: what follows the tag. */
export interface ArgumentGrammar<Argument> {
  /** The template's field `Arguments`, as text. */
  readonly text: string;
  /** Reads the space-separated parameters behind the tag. */
  parse(params: readonly string[]): Parsed<Argument>;
  /** The inverse. */
  format(argument: Argument): readonly string[];
  /** What a line with this argument tells whoever reads it, in a sentence; absent where `discussion` begins with all that there is to say. */
  meaning?(argument: Argument): string;
}

/** Where and when a capability was registered; null on a declaration means that it is private. */
export interface Registration {
  /** `1998-11`: which dated view of the registry it belongs to. */
  readonly date: string;
  /** The references as first registered, where they have changed since. */
  readonly initialReference?: readonly string[];
}

/** One extension of POP3 as a client knows it: all that a program has to hold which serves none and explains none. */
export interface ClientCapability<Argument = void> {
  /** "CAPA tag"; null for the base commands, CAPA itself and APOP. */
  readonly tag: string | null;
  /** "Arguments". */
  readonly argument: ArgumentGrammar<Argument>;
  /** "Added commands", and with their `validIn` "Commands valid in states". */
  readonly commands: readonly AnyCommandSpec[];
  /** "Announced states / possible differences". */
  readonly announced: {
    readonly in: "both" | State;
    /** A server may choose to announce it in this state only. */
    readonly optionally?: State;
    /** The argument may differ after authentication. */
    readonly differs: boolean;
  };
  /** Response codes that come with it. */
  readonly responseCodes?: readonly ResponseCode[];
}

/**
 * One extension of POP3, or (with a null tag) a part of the base protocol that CAPA does not list.
 * The comments name the fields of the registration template (RFC 2449 §9).
 */
export interface Capability<Argument = void> extends ClientCapability<Argument> {
  /** What pages and file names call it: the tag in lower case, or `base`, `capa`, `apop`. */
  readonly name: string;
  readonly registration: Registration | null;
  /** "Standard commands affected": `around` runs for these alone. */
  readonly affects: "none" | "all" | readonly string[];
  /** "Specification reference". */
  readonly reference: readonly string[];
  /** Where to read on: the section that defines it, `RFC 2449 §6.5`; absent where `reference` has to do. */
  readonly definedIn?: string;
  /** "Discussion", in our own words. The first sentence stands for itself: it says what a client can count on. */
  readonly discussion: string;
  /** New length limits (RFC 2449 §4 and §9): octets with CRLF. */
  readonly limits?: { readonly commandOctets?: number };
  /** Response codes are sent only where a capability that permits them is available (RFC 2449 §6.4). */
  readonly permitsResponseCodes?: boolean;
  /** It promises a response code, so it is served only beside a capability that permits them. */
  readonly promisesResponseCodes?: boolean;
  readonly checks: readonly Check[];
  /**
   * Whether the capability works in this session as it is now: the one question that CAPA and dispatch both ask.
   * Absent where this version has no server behaviour for it: it is then known, but neither announced nor accepted.
   */
  available?(view: SessionView): boolean;
  /** The sentence that refuses its commands where it is not available. */
  unavailable?(view: SessionView): ReplyText;
  /** The argument to announce. */
  value(view: SessionView): Argument;
  /** Wraps the commands in `affects`. */
  around?(context: ServeContext, next: () => Reply | Promise<Reply>): Reply | Promise<Reply>;
  /** Whether the parameters of the commands in `affects` may be UTF-8 (RFC 6856 §2.2). */
  permitsUtf8Params?(view: SessionView): boolean;
  /** What it puts at the end of the greeting, where it is available. */
  greeting?(view: SessionView): string;
  /** Lets a login in, or says why not: asked after the credentials were found right, before TRANSACTION is entered. */
  admit?(admission: Admission): NegativeReply | null | Promise<NegativeReply | null>;
  /** Has a part in entering TRANSACTION: called when the maildrop is open, before the login is answered. */
  afterLogin?(transaction: Transaction, view: SessionView): void;
  /** Has a part in the UPDATE state: called at QUIT, before the marked messages are deleted. */
  beforeUpdate?(transaction: Transaction, view: SessionView): void;
}

/** A declaration whose argument type is known to its own file only. */
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyCapability = Capability<any>;

// oxlint-disable-next-line typescript/no-explicit-any
export type AnyClientCapability = ClientCapability<any>;

/** The whole declaration. A call, and marked as one without effect, so that a client's bundle can leave out what serves and explains. */
export function declared<Argument>(
  client: ClientCapability<Argument>,
  rest: Omit<Capability<Argument>, keyof ClientCapability<Argument>>,
): Capability<Argument> {
  return { ...client, ...rest };
}
