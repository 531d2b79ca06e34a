// One command and the reply that is due for it: what every kind of exchange has. The kinds are beside this file.
// Knows no socket: `pipeline.ts` sends the line, and gives the exchange what the server answers, in order.
import type { AnyCommandSpec } from "../contracts/command.js";
import { CommandRefused, type Refusal } from "../contracts/errors.js";
import { formatCommand } from "../protocol/command.js";
import type { ReceivedReply } from "./received-reply.js";

/** A line that does not say what it has to. It is not for people before the secrets in it are masked. */
export class UnreadableLine extends Error {
  readonly line: string;

  constructor(problem: string, line: string) {
    super(problem);
    this.line = line;
  }
}

/** What an exchange can ask of the connection. */
export interface Connection {
  /** Sends a line that belongs to the exchange at hand. `logged` stands in the log instead of it. */
  continue(line: string, logged: string): void;
  /** Octets for a reader were put aside (more than 0) or taken (less than 0). */
  buffered(octets: number): void;
  /** Takes back an exchange whose command was not sent; false where it was. */
  withdraw(exchange: Exchange): boolean;
}

/** What is next once a reply's first line was read: `done` where the reply was just that, `stop` where nothing may follow in the clear. */
export type After = "body" | "line" | "done" | "stop";

/** A command with the place for its reply. Every one is ended exactly once: by its reply or by `fail`. */
export abstract class Exchange {
  readonly spec: AnyCommandSpec;
  readonly params: unknown;
  /** The command line with CRLF. */
  readonly line: string;
  /** The same as a log may show it. */
  readonly logged: string;
  /** Nobody wants the reply any more; it is read and dropped. */
  protected abandoned = false;

  /** Throws a `RangeError` where a parameter would break the line. */
  constructor(spec: AnyCommandSpec, params: unknown) {
    this.spec = spec;
    this.params = params;
    const rest = spec.params.format(params);
    this.line = formatCommand(spec.keyword, rest);
    this.logged = spec.secret === true && rest !== null ? `${spec.keyword} ****` : this.line.slice(0, -2);
  }

  /** Somebody waits for what comes next of the reply, so that what stands before it has to be read. */
  get awaited(): boolean {
    return !this.abandoned;
  }

  get endsPipeline(): boolean {
    return this.spec.endsPipeline === true;
  }

  /** The first line of the reply, or in an exchange of several any line. Throws `ProtocolViolation`. */
  abstract reply(reply: ReceivedReply): After;
  /** A piece of the body. */
  body(_piece: Uint8Array): void {}
  /** The body has ended, and with it the reply; `behind` is the next octet, where it is there. Throws `ProtocolViolation`. */
  bodyEnd(_behind: number | undefined): void {}
  /** There will be no reply. */
  abstract fail(error: Error): void;

  protected refused(reply: Refusal): CommandRefused {
    return new CommandRefused(this.spec.keyword, reply);
  }
}
