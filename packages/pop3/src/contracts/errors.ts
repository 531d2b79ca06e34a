// The errors that a caller tells apart, by blame and by what he can do about them. Texts say what to do next.
// Makes no reply and picks no response code: what a client is told of a failure is decided in `server/` and by declarations.
import type { ResponseCode } from "./response-code.js";

/** The server said no: `-ERR` in answer to a command (RFC 1939 §3). The connection goes on, unless the command was QUIT. */
export class CommandRefused extends Error {
  override readonly name = "CommandRefused";
  /** The command's keyword; empty where the greeting was `-ERR`. */
  readonly keyword: string;
  /** The declared response code that was sent, `IN-USE`; null where there was none, or none that is known (RFC 2449 §8). */
  readonly code: string | null;
  /** Its declaration: what it means, and what a client does about it. */
  readonly responseCode: ResponseCode | null;
  /** The complete code as it was sent, or null. */
  readonly receivedCode: string | null;
  /** What the server wants a person to read. */
  readonly text: string;
  /** The first line of the reply without its line end, one character an octet; a secret in it is masked. */
  readonly line: string;
  /** For QUIT: the messages that were marked as deleted, and may still be there. */
  readonly uncommitted: readonly number[];

  constructor(keyword: string, refusal: Refusal, uncommitted: readonly number[] = []) {
    const reason = refusal.text === "" ? "the server gives no reason" : refusal.text;
    super(keyword === "" ? `the server turns the connection away: ${reason}` : `${keyword} was refused: ${reason}`);
    this.keyword = keyword;
    this.code = refusal.responseCode?.code ?? null;
    this.responseCode = refusal.responseCode;
    this.receivedCode = refusal.receivedCode;
    this.text = refusal.text;
    this.line = refusal.line;
    this.uncommitted = uncommitted;
  }
}

/** What a `-ERR` said. */
export type Refusal = Pick<CommandRefused, "responseCode" | "receivedCode" | "text" | "line">;

/** The server broke the protocol. The connection was closed, because nothing that it says can be trusted to be in step. */
export class ProtocolViolation extends Error {
  override readonly name = "ProtocolViolation";
  /** What is wrong, without the line. */
  readonly problem: string;
  /** The line that broke it, at most 512 characters of it; null where it was no line. A secret in it is masked. */
  readonly line: string | null;
  /** Messages that were marked as deleted, and are not: no QUIT was sent, or it was not answered. */
  readonly uncommitted: readonly number[];

  constructor(problem: string, line: string | null = null, uncommitted: readonly number[] = []) {
    super(line === null ? problem : `${problem}; the line was ${JSON.stringify(line.slice(0, 512))}`);
    this.problem = problem;
    this.line = line?.slice(0, 512) ?? null;
    this.uncommitted = uncommitted;
  }
}

/** Why a connection is no more. */
export type TransportLossReason = "unreachable" | "closed" | "deadline" | "tls" | "aborted";

/** The connection could not be made or was lost. To connect again may help; for `tls` it does not without a change. */
export class TransportLost extends Error {
  override readonly name = "TransportLost";
  readonly reason: TransportLossReason;
  /** Messages that were marked as deleted and whose deletion was not confirmed; after a lost QUIT they may be gone or not. */
  readonly uncommitted: readonly number[];

  constructor(
    reason: TransportLossReason,
    message: string,
    options: ErrorOptions & { readonly uncommitted?: readonly number[] } = {},
  ) {
    super(message, options);
    this.reason = reason;
    this.uncommitted = options.uncommitted ?? [];
  }
}

/** A way to log in that was considered, and why it was not taken. */
export interface LoginObstacle {
  /** The name of a mechanism, or the keyword of a command. */
  readonly method: string;
  readonly reason: string;
}

/** Nothing that the server announces can be used with what the caller gives and allows. No credentials were sent. */
export class LoginImpossible extends Error {
  override readonly name = "LoginImpossible";
  readonly obstacles: readonly LoginObstacle[];

  constructor(obstacles: readonly LoginObstacle[]) {
    const reasons = obstacles.map(({ method, reason }) => `${method}: ${reason}`).join("; ");
    super(`there is no way to log in that both sides allow: ${reasons}`);
    this.obstacles = obstacles;
  }
}

/** Why a maildrop could not be opened, read or updated. */
export type MaildropFailureKind = "in-use" | "temporary" | "permanent";

/** The store could not do what was asked; nothing was lost or half done. */
export class MaildropFailure extends Error {
  override readonly name = "MaildropFailure";
  readonly kind: MaildropFailureKind;

  constructor(kind: MaildropFailureKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** A rule that a declaration breaks, with the text that makes it a rule. */
export interface RuleBroken {
  /** The template field, or the part of the declaration. */
  readonly field: string;
  readonly problem: string;
  /** `RFC 2449 §9`. */
  readonly rule: string;
}

/** A declaration, or a set of them, that the registry does not accept. Every broken rule is listed. */
export class DeclarationRefused extends Error {
  override readonly name = "DeclarationRefused";
  readonly broken: readonly RuleBroken[];

  constructor(subject: string, broken: readonly RuleBroken[]) {
    super(`${subject}: ${broken.map(({ field, problem, rule }) => `${field}: ${problem} (${rule})`).join("; ")}`);
    this.broken = broken;
  }
}
