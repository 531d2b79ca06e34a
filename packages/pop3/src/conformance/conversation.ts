// One connection and what was said on it: commands and their answers, as they came. Knows the framing of replies, and how to take leave.
// Whether an answer is right is for the checks; which connections there are is for `connections.ts`.
import { quit } from "../capabilities/base.js";
import type { State } from "../contracts/session.js";
import { type CodedText, parseCodedText } from "../protocol/response-code.js";
import type { BodyKind, ReceivedBody, ReceivedLine, Wire } from "../wire/wire.js";
import { Undecided } from "./outcome.js";

/** The first line of an answer. */
export interface Answer extends CodedText {
  /** Without its line end, one character an octet. */
  readonly line: string;
  readonly end: ReceivedLine["end"];
  /** `+` asks for more in an exchange; null where the line begins with none of them, in upper case. */
  readonly status: "+OK" | "-ERR" | "+" | null;
}

/** An answer with its body; null where the first line is not positive. */
export interface MultiAnswer {
  readonly answer: Answer;
  readonly body: ReceivedBody | null;
}

/** A connection in one of the states. */
export class Conversation {
  readonly wire: Wire;
  readonly greeting: Answer;
  state: State = "AUTHORIZATION";
  /** Messages were marked as deleted at some time, or retrieved: it ends without QUIT, whatever the server makes of RSET. */
  marked = false;
  /** Where its transcript begins to be of interest: behind TLS and the login. */
  readyAt = 0;
  /** Somebody does what a shared connection does not outlast. */
  spent = false;

  constructor(wire: Wire, greeting: Answer) {
    this.wire = wire;
    this.greeting = greeting;
  }

  get secure(): boolean {
    return this.wire.tls !== null;
  }

  /** It can be used for another check. */
  get usable(): boolean {
    return !this.spent && !this.wire.closed;
  }

  /** Sends a line and takes the first line of the answer. Throws `Undecided` where the server closes. */
  async ask(command: string): Promise<Answer> {
    this.wire.send(`${command}\r\n`);
    return this.answer(command);
  }

  /** The first line of an answer that is due. Throws `Undecided` where the server closes. */
  async answer(to: string): Promise<Answer> {
    const received = await this.wire.received();
    if (received === null)
      throw new Undecided(`the server closed the connection where an answer to ${keywordOf(to)} was due`);
    return answerOf(received);
  }

  /** Sends a line whose positive answer has a body, and takes both. */
  async multi(command: string, kind: BodyKind = "listing"): Promise<MultiAnswer> {
    const answer = await this.ask(command);
    return { answer, body: answer.status === "+OK" ? await this.wire.receivedBody(kind) : null };
  }

  /** Takes leave, unless that could delete something, and waits a moment for the answer. */
  async end(): Promise<void> {
    this.spent = true;
    if (!this.wire.closed && !this.marked) {
      this.wire.send(`${quit.keyword}\r\n`);
      await this.wire.line().catch(() => null);
    }
    this.wire.close();
  }
}

/** Takes a first line apart. */
export function answerOf({ text: line, end }: ReceivedLine): Answer {
  const [, status, rest = ""] = /^(\+OK|-ERR|\+)(?: (.*))?$/s.exec(line) ?? [];
  return { line, end, status: (status as Answer["status"]) ?? null, ...parseCodedText(rest) };
}

/** What of a command may be shown: never its parameters. */
function keywordOf(command: string): string {
  return /^[!-~]{1,8}(?= |$)/.exec(command)?.[0] ?? "a line";
}
