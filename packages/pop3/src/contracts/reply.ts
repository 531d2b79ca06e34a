// What a command is answered with: a status, a text, perhaps a body, and what follows. Knows no octets: those are `protocol/reply.ts`'s.
// Handlers make replies, the session sends them; which response code a cause means is decided in `registry/`.
import type { WireBody } from "./maildrop.js";
import type { FailureCause } from "./response-code.js";
import type { ReplyText } from "./sentence.js";

/** What a handler answers with. A text is a single line without CR, LF or NUL; it never begins with `[`. */
export type Reply = PositiveReply | NegativeReply;

/** `+OK` with its text; with a body, a multi-line response (RFC 1939 §3). */
export interface PositiveReply {
  readonly status: "+OK";
  readonly text: ReplyText;
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
  readonly text: ReplyText;
  readonly cause?: FailureCause;
  readonly afterwards?: "close";
}
