// What a check has to prove its requirement with: connections to the server in either state, what is known of it, and messages to compare.
// Keeps to what the examination may do. Knows no requirement.
import { noop } from "../capabilities/base.js";
import { capaCommand } from "../capabilities/capa.js";
import { expire } from "../capabilities/expire.js";
import type { CheckEffect } from "../contracts/check.js";
import type { TranscriptLine } from "../wire/transcript.js";
import type { WireTlsOptions } from "../wire/wire.js";
import type { BeforeLogin, Connections, LoginTrial } from "./connections.js";
import type { Answer, Conversation } from "./conversation.js";
import type { ServerFacts } from "./facts.js";
import { NotTested } from "./outcome.js";
import type { ExaminationMode } from "./report.js";
import { type Listed, type Sample, samplesOf, scanListing } from "./samples.js";
import type { Subject } from "./subject.js";

/** How long a shared connection has to show that it is as good as before, and how long anything may come behind that. */
const IN_STEP_MS = 1000;
const UNASKED_MS = 50;

/** One check at work. */
export class Proof {
  readonly facts: ServerFacts;
  readonly subject: Subject;
  readonly mode: ExaminationMode;
  readonly #connections: Connections;
  readonly #effect: CheckEffect | undefined;
  /** A second attempt: nothing is shared, so that no other check can have spoiled it. */
  readonly #alone: boolean;
  readonly #used = new Map<Conversation, number>();
  readonly #own = new Set<Conversation>();

  constructor(
    subject: Subject,
    facts: ServerFacts,
    connections: Connections,
    effect: CheckEffect | undefined,
    alone: boolean,
  ) {
    this.subject = subject;
    this.facts = facts;
    this.mode = subject.mode ?? "safe";
    this.#connections = connections;
    this.#effect = effect;
    this.#alone = alone;
  }

  /** A connection before login, shared with other checks: what is sent on it leaves no trace. */
  async before(): Promise<Conversation> {
    return this.#alone ? this.freshBefore() : this.#use(await this.#connections.shared());
  }

  /** A connection before login of its own, under TLS where the server has it. */
  async freshBefore(): Promise<Conversation> {
    return this.#use(await this.#connections.fresh(), true);
  }

  /** A connection in the clear before login, shared with other checks. Throws `NotTested` where TLS is implicit. */
  async clear(): Promise<Conversation> {
    if (this.#alone || this.subject.tls === "implicit") return this.cleartext();
    return this.#use(await this.#connections.sharedClear());
  }

  /** A connection of its own that stays in the clear. Throws `NotTested` where TLS is implicit. */
  async cleartext(): Promise<Conversation> {
    if (this.subject.tls === "implicit") throw new NotTested("the port speaks TLS from the first octet");
    return this.#use(await this.#connections.greeted(), true);
  }

  /** A connection of its own under TLS, spoken as `tlsOptions` say. Throws `NotTested` where the server has none. */
  async secure(tlsOptions?: WireTlsOptions): Promise<Conversation> {
    const conversation = this.#use(await this.#connections.greeted(tlsOptions), true);
    await this.#connections.secure(conversation);
    if (!conversation.secure) throw new NotTested("the server offers no TLS on this port");
    return conversation;
  }

  /** A session after login, shared with other checks. Throws `NotTested` where nobody can log in. */
  async session(): Promise<Conversation> {
    return this.#alone ? this.ownSession() : this.#mark(this.#use(await this.#connections.session()));
  }

  /** A session of its own, on whose connection `before` has said something first. Every other one has ended by then. */
  async ownSession(before?: BeforeLogin): Promise<Conversation> {
    await this.#endSessions();
    return this.#mark(this.#use(await this.#connections.ownSession(before), true));
  }

  /** A login by one way alone, a mechanism or a keyword, and what the server says to it; no session is left then, the shared one neither. */
  async loginBy(method: string): Promise<Answer> {
    await this.#endSessions();
    await this.#connections.endSession();
    const { conversation, answer } = await this.#connections.tryLogin({ method });
    await this.end(this.#use(conversation, true));
    return answer;
  }

  async #endSessions(): Promise<void> {
    for (const conversation of this.#own) if (conversation.state === "TRANSACTION") await this.end(conversation);
  }

  /**
   * Tries to log in on another connection, also while a session is open; `early` without waiting for LOGIN-DELAY to pass. What the server
   * says to that is the check's to judge.
   */
  async tryLogin(options: { readonly early?: boolean } = {}): Promise<LoginTrial> {
    const trial = await this.#connections.tryLogin(options);
    this.#use(trial.conversation, true);
    return trial;
  }

  /** A connection on which the check itself logs in; the shared session has ended by then. It says `entered` once the user was let in. */
  async beforeOwnLogin(): Promise<Conversation> {
    await this.#connections.endSession();
    return this.#use(await this.#connections.beforeLogin(), true);
  }

  entered(conversation: Conversation): void {
    this.#connections.entered(conversation);
  }

  /** How long the server still refuses a login, by what it announces, in milliseconds. */
  get loginDelayMs(): number {
    return this.#connections.pace.leftMs;
  }

  /** Leaves the session of a trial to the checks that follow, where the shared one has ended: logins may be dear. */
  handOn(session: Conversation): void {
    if (this.#alone) return;
    this.#own.delete(session);
    this.#connections.share(session);
  }

  /** Takes leave of a conversation before its check ends. */
  async end(conversation: Conversation): Promise<void> {
    this.#own.delete(conversation);
    await this.#connections.end(conversation);
  }

  /** Number and octets of each message, by the scan listing. */
  async messages(session: Conversation): Promise<readonly Listed[]> {
    return scanListing(session);
  }

  /**
   * Up to twenty messages of up to 256 KiB, fetched once in a session. Throws `NotTested` where there are fewer than `atLeast`, or fetching
   * may delete them.
   */
  async samples(session: Conversation, atLeast = 1): Promise<readonly Sample[]> {
    this.mayRetrieve();
    const samples = await samplesOf(session);
    if (samples.length < atLeast) throw new NotTested(lackOf(atLeast));
    return samples;
  }

  /** Throws `NotTested` where the server lists it at no stage. */
  requireAnnounced(tag: string): void {
    if (!this.facts.lists(tag)) throw new NotTested(`${tag} is not announced`);
  }

  /** Throws `NotTested` where the maildrop holds fewer messages. */
  async requireMessages(session: Conversation, atLeast: number): Promise<void> {
    if ((await this.messages(session)).length < atLeast) throw new NotTested(lackOf(atLeast));
  }

  /** Throws `NotTested` where what is retrieved is deleted at QUIT, and nothing may be. */
  mayRetrieve(): void {
    if (this.mode !== "thorough" && this.facts.argument(expire)?.days === 0) {
      throw new NotTested("the server announces EXPIRE 0: it may delete what is retrieved");
    }
  }

  /** What was said on all connections that the check used. */
  transcript(): readonly TranscriptLine[] {
    const all = [...this.#used].map(([{ wire }, mark]) => wire.transcript.since(mark));
    // Some are only there for what was known of them.
    const spoken = all.filter((lines) => lines.some(({ from }) => from !== "#"));
    const used = spoken.length > 0 ? spoken : all;
    return used.flatMap((lines, at): readonly TranscriptLine[] =>
      used.length === 1 ? lines : [{ from: "#", text: `connection ${at + 1}` }, ...lines],
    );
  }

  /** Nothing that it used is shared any more, unless it only asked, and the next command is answered as if nothing had been. */
  async spoil({ isSure }: { readonly isSure: boolean }): Promise<void> {
    for (const conversation of this.#used.keys())
      conversation.spent ||= !isSure || this.#effect !== undefined || !(await this.#isInStep(conversation));
  }

  async #isInStep(conversation: Conversation): Promise<boolean> {
    if (this.#own.has(conversation) || conversation.wire.closed) return false;
    const isLoggedIn = conversation.state === "TRANSACTION";
    if (!isLoggedIn && !this.facts.listsAnything) return false;
    try {
      conversation.wire.send(`${(isLoggedIn ? noop : capaCommand).keyword}\r\n`);
      if (!(await conversation.wire.heard(IN_STEP_MS))) return false;
      const { status } = await conversation.answer("it");
      if (status !== "+OK") return false;
      if (!isLoggedIn) await conversation.wire.receivedBody("listing");
      return (await conversation.wire.unreadAfter(UNASKED_MS)) === "" && !conversation.wire.closed;
    } catch {
      return false;
    }
  }

  /** Ends what was its own, and what is spoiled. */
  async over(): Promise<void> {
    for (const conversation of this.#used.keys()) if (conversation.spent) this.#own.add(conversation);
    for (const conversation of this.#own) await this.#connections.end(conversation);
  }

  #use(conversation: Conversation, own = false): Conversation {
    if (!this.#used.has(conversation))
      this.#used.set(conversation, own ? conversation.readyAt : conversation.wire.transcript.end);
    if (own) this.#own.add(conversation);
    return conversation;
  }

  /** It leaves without QUIT where that could delete: some servers delete what was retrieved, and do not say so. */
  #mark(conversation: Conversation): Conversation {
    const retrieves = this.#effect === "retrieves" && this.mode !== "thorough";
    if (retrieves || this.#effect === "marks" || this.#effect === "deletes") conversation.marked = true;
    return conversation;
  }
}

function lackOf(atLeast: number): string {
  return atLeast === 1
    ? "the maildrop holds no message of up to 256 KiB"
    : `the maildrop holds fewer than ${atLeast} messages of up to 256 KiB`;
}
