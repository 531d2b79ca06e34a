// The public client: a session with one server, and a method for everything that can be asked of it.
// Checks what the caller gives and reads what the server answers. How commands travel is `pipeline.ts`'s, connecting `session.ts`'s.
import { dele, list, noop, quit, retr, rset, stat } from "../capabilities/base.js";
import { langCommand } from "../capabilities/lang.js";
import { stlsCommand } from "../capabilities/stls.js";
import { topClient as top, topCommand } from "../capabilities/top.js";
import { uidlCommand } from "../capabilities/uidl.js";
import { userCommand } from "../capabilities/user.js";
import { utf8Command } from "../capabilities/utf8.js";
import type { AnyCommandSpec, CommandSpec } from "../contracts/command.js";
import { CommandRefused, ProtocolViolation, TransportLost } from "../contracts/errors.js";
import type { State } from "../contracts/session.js";
import {
  type DropListing,
  type LanguageListing,
  parseDropListing,
  parseScanListing,
  parseUniqueIdListing,
  type ScanListing,
  type UniqueIdListing,
} from "../protocol/listing-lines.js";
import type { Quirk } from "../protocol/quirks.js";
import { type Answer, hasBody } from "./answer.js";
import type { Capabilities } from "./capabilities.js";
import type { Greeted } from "./connect.js";
import { MaildropListings } from "./maildrop-listings.js";
import { managedCommands } from "./managed-commands.js";
import { CAPABILITIES_OCTETS, MESSAGE_WINDOW_OCTETS } from "./limits.js";
import { languagesOf, lineOf, listingOf } from "./listings.js";
import { chosenMessages, type MessagesOptions, needsUniqueIds, prefetched } from "./messages.js";
import type { AuthOptions, CommandOptions, ConnectOptions } from "./options.js";
import { BodyExchange, type BodyListener, type ListedMessage, Retrieval, RetrievedMessage } from "./retrieval.js";
import { asError, quiet } from "./rejection.js";
import { Session } from "./session.js";
import type { TlsFacts } from "./transport.js";

/** The octets that a reply begins with: `+` and `-`. */
const STATUS_OCTETS: readonly number[] = [0x2b, 0x2d];

/** What `quit` did. */
export interface Committed {
  /** The numbers of the messages that are gone. */
  readonly deleted: readonly number[];
}

/**
 * A session with a POP3 server (RFC 1939). Every method that asks the server rejects with `CommandRefused` where it says no, with
 * `ProtocolViolation` where it breaks the protocol, with `TransportLost` where the connection is lost, and with the reason of its signal.
 * A `RangeError` is for numbers and texts that no server could be asked about. Nothing was sent then.
 * Methods may be called without waiting for each other; the commands go out in that order, pipelined where the server takes it.
 *
 * `await using client = await Pop3Client.connect(…)` ends the session; deletions are then dropped unless `quit` committed them.
 */
export class Pop3Client implements AsyncDisposable {
  readonly #session: Session;
  readonly #listings: MaildropListings;
  /** QUIT was asked for. */
  #quits = false;

  private constructor(session: Session) {
    this.#session = session;
    this.#listings = new MaildropListings(session);
  }

  /**
   * Connects, starts TLS as `options.tls` says, learns the capabilities and, with `options.auth`, logs in. Rejects with `TransportLost`
   * where there is no connection, the certificate does not hold or the server takes too long, with `CommandRefused` where the server turns
   * the connection away, and as `login` does. Nothing is left open then.
   */
  static async connect(options: ConnectOptions): Promise<Pop3Client> {
    const session = await Session.open(options);
    try {
      return await Pop3Client.#begun(session, options);
    } catch (error) {
      if (!session.hungUpAfterCapa(error)) throw error;
      return Pop3Client.#begun(await Session.open(options, false), options);
    }
  }

  /** Logged in, where that is wanted. */
  static async #begun(session: Session, options: ConnectOptions): Promise<Pop3Client> {
    const client = new Pop3Client(session);
    try {
      if (options.auth !== undefined) await client.login(options.auth, options);
      else await session.guarded(options.signal, () => session.confirmRemembered());
    } catch (error) {
      session.fail(asError(error));
      throw error;
    }
    // Until here, who connects was told of a loss by the rejection.
    session.ending = false;
    return client;
  }

  /** What the server announces now, typed by the declarations. A new value after every change. */
  get capabilities(): Capabilities {
    return this.#session.capabilities;
  }

  /** The same as it was before login; its lines are what `remembered` takes another time. */
  get capabilitiesBeforeLogin(): Capabilities {
    return this.#session.capabilitiesBeforeLogin;
  }

  /** The server's first words. */
  get greeting(): Greeted {
    return this.#session.greeted;
  }

  /** Null where the connection is in the clear. */
  get tls(): TlsFacts | null {
    return this.#session.transport.facts();
  }

  get state(): State | "ended" {
    return this.#session.state;
  }

  /** How the login happened: the name of a mechanism, or the keyword of a command; null before it. */
  get loginMethod(): string | null {
    return this.#session.loginMethod;
  }

  /** UTF-8 mode is on (RFC 6856 §2). */
  get utf8Mode(): boolean {
    return this.#session.utf8Mode;
  }

  /** What the server did against the texts so far, and was forgiven. */
  get quirks(): ReadonlySet<Quirk> {
    return this.#session.quirks;
  }

  /** Messages that were marked as deleted and are not committed. */
  get marked(): readonly number[] {
    return [...this.#session.marked];
  }

  /**
   * Starts TLS on a session that began in the clear with `tls: "none"`, and learns the capabilities anew (RFC 2595 §4); for who wants to see
   * both answers to CAPA. Rejects with `CommandRefused` where the server does not start it: the session then goes on in the clear.
   */
  async startTls({ signal }: CommandOptions = {}): Promise<void> {
    this.#require(stlsCommand);
    if (this.#session.transport.secure) throw new TypeError("TLS is active already");
    await this.#session.startTls(signal);
  }

  /**
   * Logs in by the strongest way that the server lists and `auth` allows, and learns the capabilities anew (RFC 2449 §5). Rejects with
   * `LoginImpossible` and every reason where there is no way, with `CommandRefused` where the server says no: its `code` tells whether the
   * credentials are the cause, the maildrop is in use, or it was too soon. After a refusal the session takes another login; the signal, and a
   * server that cannot prove itself, end it.
   */
  async login(auth: AuthOptions, { signal }: CommandOptions = {}): Promise<void> {
    this.#require(userCommand);
    const { prefetchListings = false } = this.#session.options;
    await this.#session.logIn(auth, signal, () => {
      if (prefetchListings) this.#listings.prefetch();
    });
  }

  /** The number of messages and their octets, without those marked as deleted (RFC 1939 §5). */
  stat(options?: CommandOptions): Promise<DropListing> {
    return this.#ask(stat, null, (answer) => lineOf(answer, parseDropListing, this.#session.note), options);
  }

  /** The octets of every message that is not marked as deleted, or of one (RFC 1939 §5). */
  list(options?: CommandOptions): Promise<ScanListing[]>;
  list(number: number, options?: CommandOptions): Promise<ScanListing>;
  list(first?: number | CommandOptions, options?: CommandOptions): Promise<ScanListing[] | ScanListing> {
    const { note } = this.#session;
    if (typeof first !== "number") return this.#ask(list, null, (answer) => this.#listings.scanOf(answer), first);
    return this.#ask(list, first, (answer) => listingOf(answer, first, parseScanListing, note), options);
  }

  /** The unique-id of every message that is not marked as deleted, or of one (RFC 1939 §7). Tried also where UIDL is not listed. */
  uniqueIds(options?: CommandOptions): Promise<UniqueIdListing[]>;
  uniqueIds(number: number, options?: CommandOptions): Promise<UniqueIdListing>;
  uniqueIds(first?: number | CommandOptions, options?: CommandOptions): Promise<UniqueIdListing[] | UniqueIdListing> {
    const { note } = this.#session;
    if (typeof first !== "number")
      return this.#ask(uidlCommand, null, (answer) => this.#listings.uniqueIdsOf(answer), first);
    return this.#ask(uidlCommand, first, (answer) => listingOf(answer, first, parseUniqueIdListing, note), options);
  }

  /** Numbers, octets and unique-ids together; unique-ids are null where the server has no UIDL. */
  listing(options: CommandOptions = {}): Promise<ListedMessage[]> {
    this.#require(list);
    return this.#listings.all(options, false);
  }

  /** A message (RFC 1939 §5). It is asked for at once, and read as a stream or as a whole: see `Retrieval`. */
  retrieve(number: number, options?: CommandOptions): Retrieval {
    return new Retrieval(this.#message(number, options), this.#session.limits.messageOctets);
  }

  /** The header of a message and the first `lines` of its body (RFC 1939 §7). Tried also where TOP is not listed. */
  top(number: number, lines: number, options?: CommandOptions): Retrieval {
    const exchange = this.#body(topCommand, { number, lines }, options, {
      accepted: () => this.#listings.noteUnlisted(top, "unlisted-top"),
    });
    return new Retrieval(exchange, this.#session.limits.messageOctets);
  }

  /**
   * Messages one after the other, asked for ahead. What a body holds is read in the loop, or dropped when the loop goes on. A message that
   * the server refuses rejects when it is read, and the loop can go on.
   */
  async *messages(options: MessagesOptions = {}): AsyncGenerator<RetrievedMessage, void, void> {
    const session = this.#session;
    const { window = MESSAGE_WINDOW_OCTETS, signal, thenQuit = false } = options;
    const rest = signal === undefined ? {} : { signal };
    this.#require(retr);
    const listed = options.among ?? (await this.#listings.all(rest, needsUniqueIds(options)));
    const chosen = chosenMessages(listed, options);
    let ended: Promise<Committed> | null = null;
    yield* prefetched(
      chosen,
      window,
      signal,
      (message) => new RetrievedMessage(this.#message(message.number), session.limits.messageOctets, message),
      () => {
        if (thenQuit) ended = quiet(this.quit(rest));
      },
    );
    await (ended as Promise<Committed> | null);
  }

  /** Marks a message as deleted (RFC 1939 §5). It is deleted once `quit` resolves, and not at all without that. */
  delete(number: number, options?: CommandOptions): Promise<void> {
    return this.#ask(dele, number, () => void this.#session.marked.add(number), options);
  }

  /** Takes all deletion marks away (RFC 1939 §5). */
  reset(options?: CommandOptions): Promise<void> {
    return this.#ask(rset, null, () => this.#session.marked.clear(), options);
  }

  /** Keeps the session alive (RFC 1939 §5). */
  noop(options?: CommandOptions): Promise<void> {
    return this.#ask(noop, null, () => {}, options);
  }

  /** UTF-8 mode from here on; before login, and where the server lists UTF8 (RFC 6856 §2.1). */
  utf8(options?: CommandOptions): Promise<void> {
    return this.#ask(utf8Command, null, () => void (this.#session.utf8Mode = true), options);
  }

  /** The languages that the server speaks (RFC 6856 §3.2). */
  languages(options?: CommandOptions): Promise<LanguageListing[]> {
    return this.#ask(langCommand, null, languagesOf, options, CAPABILITIES_OCTETS);
  }

  /** Has the server's texts in the language that a range such as `de` or `*` asks for; resolves to its tag (RFC 6856 §3.2). */
  language(range: string, options?: CommandOptions): Promise<string> {
    return this.#ask(langCommand, range, ({ text }) => text.split(" ", 1)[0] ?? "", options);
  }

  /** Any declared command, private ones included, with its whole answer. Throws a `TypeError` for commands that have methods here. */
  run<Params>(spec: CommandSpec<Params>, params: Params, options?: CommandOptions): Promise<Answer> {
    if (managedCommands.has(spec) || spec.reply === "exchange")
      throw new TypeError(`${spec.keyword} changes the session: use the client's method for it`);
    return this.#ask(spec, params, (answer) => answer, options);
  }

  /** The same for a multi-line answer that may be long, as a stream. Throws a `TypeError` where the answer is one line. */
  stream<Params>(spec: CommandSpec<Params>, params: Params, options?: CommandOptions): Retrieval {
    if (!hasBody(spec, params)) throw new TypeError(`the answer to ${spec.keyword} has no body: use run`);
    return new Retrieval(this.#body(spec, params, options), this.#session.limits.messageOctets);
  }

  /**
   * Ends the session, and with it commits the deletions: resolves once the server has confirmed them (RFC 1939 §6). Where it refuses, or the
   * connection is lost before it answers, the error's `uncommitted` has the messages that may still be there.
   */
  async quit(options?: CommandOptions): Promise<Committed> {
    const session = this.#session;
    // What was marked is known once the answer is there: marks that nobody waited for were answered before.
    const committed = (): Committed => {
      const deleted = [...session.marked];
      session.marked.clear();
      return { deleted };
    };
    const answered = this.#ask(quit, null, committed, options);
    session.ending = this.#quits = true;
    try {
      return await answered;
    } catch (error) {
      throw error instanceof CommandRefused ? new CommandRefused(error.keyword, error, this.marked) : error;
    } finally {
      session.fail(new TransportLost("closed", "the session was ended with quit"));
    }
  }

  /** Ends the connection at once. Nothing that was marked is deleted. */
  close(): void {
    this.#session.fail(new TransportLost("aborted", "the session was closed"));
  }

  /** Ends the session politely where nothing is marked as deleted or may be, else without a commit; never throws. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { state, limits } = this.#session;
    if (state !== "ended" && this.#session.uncommitted().length === 0) {
      await this.quit({ signal: AbortSignal.timeout(limits.quitMs) }).catch(() => {});
    }
    this.close();
  }

  // What is common to the methods above.

  /** A `TypeError` is the caller's mistake: nothing was sent. */
  #require(spec: AnyCommandSpec): void {
    const { state, pipeline } = this.#session;
    if (this.#quits && state !== "ended")
      throw new TransportLost("closed", `${spec.keyword} comes too late: the session is being ended`);
    if (state === "ended") {
      throw pipeline.error ?? new TransportLost("closed", "the session has ended");
    }
    if (!spec.validIn.includes(state)) {
      const advice = state === "AUTHORIZATION" ? "log in first" : "it comes before the login";
      throw new TypeError(`${spec.keyword} is not valid in the ${state} state: ${advice}`);
    }
  }

  async #ask<Params, Result>(
    spec: CommandSpec<Params>,
    params: Params,
    read: (answer: Answer) => Result,
    options?: CommandOptions,
    limitOctets?: number,
  ): Promise<Result> {
    this.#require(spec);
    return this.#session.ask(spec, params, read, options, limitOctets);
  }

  #body<Params>(
    spec: CommandSpec<Params>,
    params: Params,
    { signal }: CommandOptions = {},
    told: BodyListener = {},
  ): BodyExchange {
    this.#require(spec);
    const { pipeline } = this.#session;
    const abort = (): void => exchange.abandon(asError(signal?.reason));
    const exchange = new BodyExchange(spec, params, pipeline, {
      ...told,
      settled: () => signal?.removeEventListener("abort", abort),
    });
    if (signal?.aborted === true) {
      abort();
      return exchange;
    }
    signal?.addEventListener("abort", abort);
    pipeline.submit(exchange);
    return exchange;
  }

  #message(number: number, options?: CommandOptions): BodyExchange {
    return this.#body(retr, number, options, {
      ended: (octets, behind) => {
        const listed = this.#listings.octetsOf(number);
        if (listed === null || listed === octets) return;
        // A server that does not stuff dots ends a message at the first lone one: its rest stands where a reply is due.
        if (behind !== undefined && !STATUS_OCTETS.includes(behind))
          throw new ProtocolViolation(
            `message ${number} ends after ${octets} of ${listed} octets, and goes on behind its end`,
          );
        this.#session.note("size-differs");
      },
    });
  }
}
