// Stands between an honest session and its connection: hands it one command at a time, gathers the reply that a fault is meant for,
// and has something else played. Knows no kind of fault (`fault-book.ts` selects them); a reply that no fault is meant for passes as it is.
import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import type { AnyCommandSpec } from "../../contracts/command.js";
import { octetString } from "../../protocol/octets.js";
import type { Interposer } from "../../server/interposition.js";
import { CommandLines } from "./command-lines.js";
import { GREETING, HANDSHAKE, restaged, withReply, type Step } from "./exchange.js";
import type { ExchangeFacts, FaultBook, Selection } from "./fault-book.js";
import { isChallenge, ReplyFraming } from "./framing.js";
import { InterposedStream, type StreamOwner } from "./interposed-stream.js";
import { Player, type PlayerHost } from "./player.js";
import type { OpenedMaildrops } from "./opened-maildrops.js";
import type { SessionRecord } from "./session-record.js";

/** What the sessions of one test server share. */
export interface InterferenceHost {
  readonly book: FaultBook;
  spec(keyword: string): AnyCommandSpec | null;
  readonly store: OpenedMaildrops;
  /** A connection that was ended and not yet closed by its client. */
  lingers(socket: Socket): void;
  /** A fault's own code has thrown. */
  failed(error: unknown): void;
}

/** The first octet of a TLS record that opens a handshake: no line is to be waited for. */
const TLS_HANDSHAKE = 0x16;

/** What is being served. */
interface Served {
  readonly facts: ExchangeFacts;
  readonly spec: AnyCommandSpec | null;
  readonly selection: Selection;
  readonly framing: ReplyFraming;
  /** The reply so far; null where it passes as it comes. */
  readonly pieces: Uint8Array[] | null;
  replied: boolean;
}

export class Interference implements Interposer, StreamOwner, PlayerHost {
  readonly #host: InterferenceHost;
  readonly #record: SessionRecord;
  readonly #lines = new CommandLines();
  readonly #player = new Player(this);
  readonly #counts = new Map<string, number>();
  #plain: Socket | null = null;
  #socket!: Socket;
  #stream!: InterposedStream;
  /** Undoes what was attached to the socket. */
  #detach: () => void = () => {};
  /** Nothing is read before the session wants to, and nothing while TLS begins. */
  #phase: "waiting" | "reading" | "securing" = "waiting";
  #startReading: () => void = () => {};
  #inputEnded = false;
  #over = false;
  #stalled = false;
  #greeted = false;
  #served: Served | null = null;
  /** The session waits for the client's next line within an exchange. */
  #continuing = false;
  #idle: NodeJS.Timeout | undefined;
  /** A maildrop may be opened although another session has it. */
  #sharing = false;
  /** What is to be played behind the next reply. */
  #held: { readonly steps: readonly Step[]; readonly timer: NodeJS.Timeout } | null = null;

  constructor(record: SessionRecord, host: InterferenceHost) {
    this.#record = record;
    this.#host = host;
  }

  attach(socket: Socket, secure: boolean): InterposedStream {
    this.#detach();
    this.#plain ??= socket;
    this.#socket = socket;
    this.#record.secure = secure;
    this.#phase = "waiting";
    this.#stream = new InterposedStream(this);
    const stream = this.#stream;
    const closed = (): void => void stream.destroy();
    const ended = (): void => this.#clientEnded();
    const received = (chunk: Uint8Array): void => this.#received(chunk);
    // An error is always followed by `close`.
    socket.on("error", () => {});
    socket.on("close", closed);
    this.#detach = () => socket.off("close", closed).off("end", ended).off("data", received);
    this.#startReading = () => void socket.on("data", received).on("end", ended);
    return stream;
  }

  drop(): number {
    this.#phase = "securing";
    this.#socket.pause().removeAllListeners("data").removeAllListeners("end");
    if (this.#served?.selection.strikes.some(({ keepsCleartext }) => keepsCleartext) === true) return 0;
    return this.#lines.drop();
  }

  async beforeTls(): Promise<void> {
    // What stands in the clear goes out before, the reply to STLS too.
    await this.#player.play([]);
    const handshake = this.#serve(HANDSHAKE, null);
    await this.#player.play(this.#staged(handshake, new Uint8Array(0)));
  }

  wanted(): void {
    if (this.#phase === "waiting") {
      this.#phase = "reading";
      this.#startReading();
    }
    this.#pump();
  }

  #received(chunk: Uint8Array): void {
    this.#record.note("client", chunk);
    if (this.#stream.writableEnded) return;
    if (chunk[0] === TLS_HANDSHAKE && this.#lines.octets === 0 && !this.#record.secure) {
      this.#stream.push(chunk);
      return;
    }
    this.#lines.push(chunk);
    if (this.#lines.full) this.#socket.pause();
    this.#pump();
  }

  #clientEnded(): void {
    this.#inputEnded = true;
    if (this.#stalled) this.#stream.destroy();
    else this.#pump();
  }

  /** Hands the session its next line, if it may have one. */
  #pump(): void {
    while (this.#phase === "reading" && !this.#over && this.#ready) {
      const line = this.#lines.next();
      if (line === null) break;
      if (this.#socket.isPaused() && !this.#lines.full) this.#socket.resume();
      if (this.#continuing) {
        this.#continuing = false;
        this.#stream.push(line);
      } else {
        this.#begin(line);
      }
    }
    if (!this.#inputEnded || !this.#ready) return;
    this.#inputEnded = false;
    const rest = this.#lines.rest();
    if (rest.length > 0) this.#stream.push(rest);
    this.#stream.push(null);
  }

  /** The session may have a line. */
  get #ready(): boolean {
    return this.#greeted && (this.#served === null || this.#continuing);
  }

  #begin(line: Uint8Array): void {
    const text = octetString(line).replace(/\r?\n$/, "");
    const space = text.indexOf(" ");
    const keyword = (space === -1 ? text : text.slice(0, space)).toUpperCase();
    const served = this.#serve(keyword, space === -1 ? null : text.slice(space + 1), text);
    clearTimeout(this.#idle);
    this.#served = served;
    this.#share(served.selection.strikes.some(({ sharesMaildrop }) => sharesMaildrop === true));
    if (served.selection.strikes.every(({ carriedOut }) => carriedOut)) this.#stream.push(line);
    else this.#replied(served, new Uint8Array(0));
  }

  #share(wanted: boolean): void {
    if (wanted !== this.#sharing) this.#host.store.sharing += wanted ? 1 : -1;
    this.#sharing = wanted;
  }

  #serve(keyword: string, params: string | null, line = ""): Served {
    const { number, secure, user } = this.#record;
    const nth = (this.#counts.get(keyword) ?? 0) + 1;
    const spec = this.#host.spec(keyword);
    const facts: ExchangeFacts = {
      keyword,
      line,
      known: spec !== null,
      params,
      session: number,
      nth,
      secure,
      state: user === null ? "AUTHORIZATION" : "TRANSACTION",
      user,
      deletesEarly: (messageNumber) => {
        if (user !== null) this.#host.store.deleteEarly(user, messageNumber);
      },
    };
    this.#counts.set(keyword, nth);
    const selection = this.#selected(facts);
    const gathered = selection.strikes.length + selection.undecided.length > 0;
    const framing = new ReplyFraming(spec, params);
    return { facts, spec, selection, framing, pieces: gathered ? [] : null, replied: false };
  }

  #selected(facts: ExchangeFacts): Selection {
    try {
      return this.#host.book.select(facts);
    } catch (error) {
      this.#host.failed(error);
      return { strikes: [], undecided: [] };
    }
  }

  written(chunk: Uint8Array, done: () => void): void {
    if (!this.#greeted) {
      this.#greeted = true;
      this.#served = this.#serve(GREETING, null);
    }
    const served = this.#served;
    if (served === null || served.replied) {
      // Nobody asked: the server stops, or a deadline has passed.
      void this.#player.play([Buffer.from(chunk)]);
      done();
      return;
    }
    if (served.spec?.reply === "exchange" && isChallenge(chunk)) {
      this.#continuing = true;
      this.send(chunk, done);
      this.#pump();
      return;
    }
    const whole = served.framing.push(chunk);
    if (served.pieces === null) {
      this.send(chunk, done);
      if (whole) this.#replied(served, null);
      return;
    }
    served.pieces.push(Buffer.from(chunk));
    done();
    if (whole) this.#replied(served, Buffer.concat(served.pieces));
  }

  /** The reply is there; null where it was sent already. */
  #replied(served: Served, reply: Uint8Array | null): void {
    served.replied = true;
    this.#share(false);
    if (served.selection.strikes.some(({ losesPipelined }) => losesPipelined)) this.#lose();
    let steps = reply === null ? [] : this.#staged(served, reply);
    const behind = this.#release();
    const held = steps.findIndex((step) => typeof step === "object" && "behindNextMs" in step);
    if (held !== -1 && behind.length === 0) {
      const { behindNextMs } = steps[held] as { readonly behindNextMs: number };
      const timer = setTimeout(() => {
        if (this.#served === null) void this.#player.play(this.#release());
      }, behindNextMs);
      this.#held = { steps: steps.slice(held + 1), timer };
      steps = steps.slice(0, held);
    }
    if (steps.length + behind.length === 0) {
      this.#next();
      return;
    }
    void this.#player.play([...steps, ...behind]).then(() => this.#next());
  }

  #lose(): void {
    this.#lines.drop();
    this.#socket.resume();
  }

  #next(): void {
    this.#served = null;
    // Not from within the session's own writing.
    queueMicrotask(() => this.#pump());
  }

  #release(): readonly Step[] {
    if (this.#held === null) return [];
    const { steps, timer } = this.#held;
    clearTimeout(timer);
    this.#held = null;
    return steps;
  }

  /** What the faults make of the reply. */
  #staged({ facts, selection }: Served, reply: Uint8Array): readonly Step[] {
    try {
      const strikes = [...selection.strikes, ...this.#host.book.decide(selection.undecided, withReply(facts, reply))];
      let steps: readonly Step[] = reply.length === 0 ? [] : [reply];
      for (const strike of strikes) steps = restaged(steps, (octets) => strike.play(withReply(facts, octets)));
      return steps;
    } catch (error) {
      this.#host.failed(error);
      return [{ ends: "reset" }];
    }
  }

  finished(done: () => void): void {
    const pieces = this.#served?.replied === false ? (this.#served.pieces ?? []) : [];
    void this.#finish([...pieces, ...this.#release()], done);
  }

  async #finish(steps: readonly Step[], done: () => void): Promise<void> {
    await this.#player.play(steps);
    this.#socket.resume();
    this.#socket.end(() => done());
  }

  send(octets: Uint8Array, done: () => void): void {
    this.#record.note("server", octets);
    this.#socket.write(octets, () => done());
  }

  end(how: "close" | "reset" | "stall"): void {
    if (how === "stall") {
      this.#stalled = true;
      if (this.#inputEnded) this.#stream.destroy();
      return;
    }
    this.#over = true;
    if (how === "reset") {
      this.#plain?.resetAndDestroy();
    } else {
      this.#detach();
      this.#socket.resume().end();
      this.#host.lingers(this.#plain!);
    }
    this.#stream.destroy();
  }

  endIdle(ms: number): void {
    this.#idle = setTimeout(() => this.end("close"), ms);
  }

  destroyed(): void {
    const closing = this.#over;
    this.#over = true;
    this.#player.stop();
    this.#release();
    this.#share(false);
    clearTimeout(this.#idle);
    this.#lines.drop();
    this.#record.end();
    if (!closing) this.#socket.destroy();
  }
}
