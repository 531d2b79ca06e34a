// A command as declared: keyword, parameters, states, reply, and the function that serves it.
// Knows nothing of sockets; all that a command can do is a member of `ServeContext`.
import type { WireBody } from "./maildrop.js";
import type { FailureCause } from "./response-code.js";
import type { SessionView, State } from "./session.js";
import type { Transaction } from "./transaction.js";

/** A value read from text, or what is wrong with the text. Bad input is an answer here, never an exception. */
export type Parsed<T> = { readonly value: T } | { readonly problem: string };

/** The parameters of a command: what follows the keyword. */
export interface ParamGrammar<Params> {
  /** As help and reference pages show it: `msg n`; empty where the command takes none. */
  readonly text: string;
  /** Reads what follows the keyword and one SPACE; null where nothing follows the keyword. */
  parse(rest: string | null): Parsed<Params>;
  /** The inverse, for clients: the text that follows the keyword and one SPACE, or null. */
  format(params: Params): string | null;
}

/** What a handler answers with. The text is a single line without CR, LF or NUL; it never begins with `[`. */
export type Reply = PositiveReply | NegativeReply;

/** `+OK` with its text; with a body, a multi-line response (RFC 1939 §3). */
export interface PositiveReply {
  readonly status: "+OK";
  readonly text: string;
  /** In wire form (CRLF, dot-stuffed), without the terminating `.` line. */
  readonly body?: WireBody;
  /** Told once all of the reply, the terminator included, was handed to the connection. */
  readonly sent?: () => void;
  /** What happens once the reply is written. */
  readonly afterwards?: "close" | "start-tls";
}

/** `-ERR` with its text, and the cause from which the response code follows. */
export interface NegativeReply {
  readonly status: "-ERR";
  readonly text: string;
  readonly cause?: FailureCause;
  readonly afterwards?: "close";
}

/** The way into a maildrop, as the login commands see it. */
export interface Login {
  /** Remembers a name for the very next command (RFC 1939 §7: PASS comes immediately after USER). */
  propose(name: string): void;
  /** The name that the command just before this one proposed. */
  proposed(): string | null;
  /** Verifies the password, takes the maildrop's lease and enters TRANSACTION; or says why not. */
  withPassword(name: string, password: string): Reply | Promise<Reply>;
}

/** All that a command's handler can see and do. */
export interface ServeContext {
  readonly view: SessionView;
  readonly login: Login;
  /** The open maildrop. Throws a `TypeError` outside TRANSACTION, where the gate lets no command that needs it through. */
  readonly transaction: Transaction;
  /** The capability lines for the session as it is now, without CRLF (RFC 2449 §5). */
  capabilityLines(): readonly string[];
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
