// A command as declared: keyword, parameters, states, reply, and the function that serves it.
// Knows nothing of sockets; all that a command can do is a member of `ServeContext`.
import type { Language } from "./language.js";
import type { Policies } from "./policy.js";
import type { Reply } from "./reply.js";
import type { ReplyText } from "./sentence.js";
import type { SessionView, State } from "./session.js";
import type { Transaction } from "./transaction.js";

/** A value read from text, or what is wrong with the text. Bad input is an answer here, never an exception. */
export type Parsed<T, Problem = string> = { readonly value: T } | { readonly problem: Problem };

/** The parameters of a command: what follows the keyword. */
export interface ParamGrammar<Params> {
  /** As help and reference pages show it: `msg n`; empty where the command takes none. */
  readonly text: string;
  /** Reads what follows the keyword and one SPACE; null where nothing follows the keyword. */
  parse(rest: string | null): Parsed<Params, ReplyText>;
  /** The inverse, for clients: the text that follows the keyword and one SPACE, or null. Throws a `RangeError` for what cannot be meant. */
  format(params: Params): string | null;
}

/** The way into a maildrop, as the login commands see it. */
export interface Login {
  /** Remembers a name for the very next command (RFC 1939 §7: PASS comes immediately after USER). */
  propose(name: string): void;
  /** The name that the command just before this one proposed. */
  proposed(): string | null;
  /** Verifies the password, takes the maildrop's lease and enters TRANSACTION; or says why not. */
  withPassword(name: string, password: string): Reply | Promise<Reply>;
  /** The same with the MD5 digest of the greeting's timestamp and a shared secret, as hexadecimal digits (RFC 1939 §7). */
  withDigest(name: string, digest: string): Reply | Promise<Reply>;
  /** The same by the exchange of a SASL mechanism. The initial response is as on the wire: Base64, `=` or null. */
  withMechanism(mechanism: string, initialResponse: string | null): Reply | Promise<Reply>;
}

/** A login that was proved and waits to be let in, as declarations see it. The maildrop's lease is taken. */
export interface Admission {
  readonly user: string;
  readonly policies: Policies;
}

/** All that a command's handler can see and do. */
export interface ServeContext {
  readonly view: SessionView;
  readonly login: Login;
  /** The open maildrop. Throws a `TypeError` outside TRANSACTION, where the gate lets no command that needs it through. */
  readonly transaction: Transaction;
  /** The capability lines for the session as it is now, without CRLF (RFC 2449 §5). */
  capabilityLines(): readonly string[];
  /** UTF-8 mode from here on (RFC 6856 §2.1). */
  enterUtf8(): void;
  /** Speaks that language, beginning with the reply to this command (RFC 6856 §3). */
  speak(language: Language): void;
}

/** One command of a capability. */
export interface CommandSpec<Params> {
  /** Three or four printable characters, upper case here, matched without regard to case (RFC 2449 §3). */
  readonly keyword: string;
  readonly params: ParamGrammar<Params>;
  readonly validIn: readonly State[];
  /** How a positive reply is framed: `multi-if-bare` is multi-line only when the command came without parameters. */
  readonly reply: "single" | "multi" | "multi-if-bare" | "exchange";
  /** The parameters hold a secret: never in a log, an error or an event. */
  readonly secret?: boolean;
  /** A client must wait for the reply before it sends anything more. */
  readonly endsPipeline?: boolean;
  /** Absent where the server side is not built; the registry then never lets the capability be announced. */
  serve?(context: ServeContext, params: Params): Reply | Promise<Reply>;
}

/** A command spec whose parameter type is known to its own handler only. */
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyCommandSpec = CommandSpec<any>;
