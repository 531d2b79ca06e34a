// One command at a time: a line resolved, served and answered. What a command does to its session it asks of the host.
// Knows no keyword and no tag; the registry does. The order of lines, and waiting, is `session.ts`'s.
import type { ServeContext } from "../contracts/command.js";
import type { NegativeReply, PositiveReply, Reply } from "../contracts/reply.js";
import { MaildropFailure } from "../contracts/errors.js";
import type { EndReason, SessionFacts } from "../contracts/events.js";
import type { WireBody } from "../contracts/maildrop.js";
import { say, type ReplyText } from "../contracts/sentence.js";
import type { SessionView, State } from "../contracts/session.js";
import { OVERLONG } from "../protocol/lines.js";
import { rendered } from "../protocol/sentence.js";
import type { Refused, Resolved } from "../registry/registry.js";
import { BATCH_OCTETS } from "./limits.js";
import { BodyBroken, type Replies } from "./replies.js";
import type { SessionSettings, Tell } from "./settings.js";

/** What serving commands needs of the session. */
export interface CommandHost {
  readonly settings: SessionSettings;
  readonly state: State;
  readonly view: SessionView;
  readonly context: ServeContext;
  readonly ended: boolean;
  readonly tell: Tell;
  facts(): SessionFacts;
  failed(doing: string, error: unknown): void;
  startTls(): Promise<void>;
  /** The time for the next command begins anew. */
  armIdle(): void;
  /** Closes after what was written has gone out. */
  finish(reason: EndReason): void;
  /** Closes at once and says nothing. */
  abort(reason: EndReason): void;
}

export class Commands {
  /** Command lines that were served, this one included. */
  count = 0;
  /** The keyword of the one that is being served; empty where the line names none. */
  keyword = "";
  readonly #host: CommandHost;
  readonly #replies: Replies;
  #sinceMs = 0;
  #useless = 0;

  constructor(host: CommandHost, replies: Replies) {
    this.#host = host;
    this.#replies = replies;
  }

  /** Serves one line; resolves, where it took its time, once the next one may be served. */
  serve(line: string | typeof OVERLONG): void | Promise<void> {
    this.count++;
    this.#sinceMs = performance.now();
    if (this.#host.state === "TRANSACTION") this.#host.armIdle();
    if (line === OVERLONG) {
      const octets = this.#host.settings.registry.commandOctets;
      return this.#refuse(null, say("a command line is limited to {octets} octets", { octets }));
    }
    let keyword: string | null = null;
    let outcome: Refused | Reply | Promise<Reply>;
    // What a declaration does may throw, wherever it came from; that must not cost more than the one command.
    this.keyword = "";
    try {
      const resolution = this.#host.settings.registry.resolve(line, this.#host.view);
      keyword = "refusal" in resolution ? resolution.keyword : resolution.spec.keyword;
      this.keyword = keyword ?? "";
      outcome = "refusal" in resolution ? resolution : this.#run(resolution);
    } catch (error) {
      outcome = this.#failure(keyword, error);
    }
    if ("refusal" in outcome) return this.#refuse(outcome.keyword, outcome.text);
    this.#useless = 0;
    if (!(outcome instanceof Promise)) return this.#send(outcome, keyword);
    return outcome.catch((error: unknown) => this.#failure(keyword, error)).then((reply) => this.#send(reply, keyword));
  }

  #run({ spec, params, hooks }: Resolved): Reply | Promise<Reply> {
    let next = (): Reply | Promise<Reply> => spec.serve!(this.#host.context, params);
    for (const hook of hooks) {
      const inner = next;
      next = () => hook.around!(this.#host.context, inner);
    }
    return next();
  }

  #refuse(keyword: string | null, problem: ReplyText): void {
    this.#host.tell("command.refused", () => ({
      ...this.#host.facts(),
      keyword: keyword ?? "",
      problem: rendered(problem, null),
    }));
    this.#answer({ status: "-ERR", text: problem }, keyword);
    if (++this.#useless < this.#host.settings.limits.uselessCommands) return;
    this.#host.finish("misbehaved");
  }

  #failure(keyword: string | null, error: unknown): NegativeReply {
    this.#host.failed(`serving ${keyword ?? "a command"}`, error);
    const cause = error instanceof MaildropFailure && error.kind === "permanent" ? "permanent" : "temporary";
    const text = say(
      cause === "permanent"
        ? "the maildrop is damaged; please tell whoever runs this server"
        : "this failed here; try again later",
    );
    return { status: "-ERR", text, cause };
  }

  #send(reply: Reply, keyword: string | null): void | Promise<void> {
    if (this.#host.ended) return;
    if (reply.status === "+OK" && reply.body !== undefined) {
      const { body } = reply;
      if (!(body instanceof Uint8Array) || body.length > BATCH_OCTETS) return this.#stream(reply, body, keyword);
      this.#replies.whole(reply, body, keyword);
      reply.sent?.();
      this.#answered(reply, keyword);
      return;
    }
    this.#answer(reply, keyword);
    if (reply.afterwards === "start-tls") return this.#host.startTls();
    if (reply.afterwards === "close")
      this.#host.finish(reply.status === "+OK" || this.#host.state === "TRANSACTION" ? "quit" : "misbehaved");
  }

  async #stream(reply: PositiveReply, body: WireBody, keyword: string | null): Promise<void> {
    try {
      if (!(await this.#replies.streamed(reply, body, keyword))) return;
    } catch (error) {
      if (!(error instanceof BodyBroken)) {
        this.#answer(this.#failure(keyword, error), keyword);
        return;
      }
      this.#host.failed(`sending the answer to ${keyword ?? "a command"}`, error.cause);
      this.#host.abort("failed");
      return;
    }
    reply.sent?.();
    this.#answered(reply, keyword);
  }

  /** Writes a reply that is one line, and tells of it. */
  #answer(reply: Reply, keyword: string | null): void {
    this.#replies.line(reply, keyword);
    this.#answered(reply, keyword);
  }

  #answered(reply: Reply, keyword: string | null): void {
    const sinceMs = this.#sinceMs;
    this.#host.tell("command.answered", () => ({
      ...this.#host.facts(),
      keyword: keyword ?? "",
      status: reply.status,
      code: this.#replies.codeOf(reply, keyword),
      durationMs: performance.now() - sinceMs,
    }));
  }
}
