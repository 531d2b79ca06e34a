// Replies onto the connection: first lines in the session's language with their response codes, bodies piece by piece.
// Knows no command and no deadline: the session says what to answer, and what a broken body means for it.
import type { Reply } from "../contracts/reply.js";
import type { Language } from "../contracts/language.js";
import type { WireBody } from "../contracts/maildrop.js";
import type { SessionView } from "../contracts/session.js";
import { formatReplyLine } from "../protocol/reply.js";
import { rendered } from "../protocol/sentence.js";
import type { Registry } from "../registry/registry.js";
import { piecesOf } from "./bodies.js";
import type { Output } from "./output.js";

const TERMINATOR_LINE = ".\r\n";

/** What replies need of their session. */
export interface ReplyHost {
  readonly view: SessionView;
  readonly output: Output;
  readonly ended: boolean;
  /** Resolves when a peer that had not taken what it asked for has taken it. */
  reader(): Promise<void>;
}

/** A body broke off behind its status line: a missing end is the only way to say that it is not whole. */
export class BodyBroken extends Error {
  override readonly name = "BodyBroken";
}

export class Replies {
  /** Null until the client chose one: then English, which needs no UTF-8 (RFC 6856 §3.2). */
  language: Language | null = null;
  readonly #registry: Registry;
  readonly #host: ReplyHost;

  constructor(registry: Registry, host: ReplyHost) {
    this.#registry = registry;
    this.#host = host;
  }

  /** The response code that goes with a reply to that command, or null. */
  codeOf(reply: Reply, keyword: string | null): string | null {
    return reply.status === "-ERR" ? this.#registry.codeFor(reply.cause, keyword, this.#host.view) : null;
  }

  /** The first line. A null keyword stands for a reply to no command. */
  line(reply: Reply, keyword: string | null): void {
    const text = rendered(reply.text, this.language);
    this.#host.output.text(formatReplyLine(reply.status, this.codeOf(reply, keyword), text, this.language !== null));
  }

  /** A multi-line response whose body is at hand. */
  whole(reply: Reply, body: Uint8Array, keyword: string | null): void {
    this.line(reply, keyword);
    this.#host.output.octets(body);
    this.#host.output.text(TERMINATOR_LINE);
  }

  /**
   * The same piece by piece, each read only once the peer has taken those before it. False where the session ended meanwhile.
   * Throws what reading the first piece throws, with nothing sent; `BodyBroken` for what comes later.
   */
  async streamed(reply: Reply, body: WireBody, keyword: string | null): Promise<boolean> {
    const { output } = this.#host;
    const pieces = piecesOf(body);
    let piece = await pieces.next();
    this.line(reply, keyword);
    try {
      while (piece.done !== true) {
        output.octets(piece.value);
        if (output.full) await this.#host.reader();
        if (this.#host.ended) return false;
        const next = pieces.next();
        piece = next instanceof Promise ? await next : next;
      }
    } catch (error) {
      throw new BodyBroken("the body broke off", { cause: error });
    } finally {
      if (piece.done !== true) await pieces.return?.();
    }
    output.text(TERMINATOR_LINE);
    return true;
  }
}
