// The server: listeners, who may connect, and the stop. A session's own life is `session.ts`.
// Knows no command and no message. Bounds are `limits.ts`'s, certificates `tls.ts`'s; what sessions share is in `settings.ts`.
import { EventEmitter } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { standard } from "../capabilities/index.js";
import type { ConnectionCounts } from "../contracts/connection-counts.js";
import type { Reply } from "../contracts/reply.js";
import type { ServerEvents } from "../contracts/events.js";
import { say } from "../contracts/sentence.js";
import { formatReplyLine } from "../protocol/reply.js";
import { rendered } from "../protocol/sentence.js";
import { Registry } from "../registry/registry.js";
import { addressPlace, isThisMachine } from "./address.js";
import { OwnConnectionCounts } from "./connection-counts.js";
import { PROXY_HEADER_MS } from "./limits.js";
import type { Pop3ServerOptions } from "./options.js";
import { readProxyHeader } from "./proxy.js";
import { Session } from "./session.js";
import { sessionSettings, utmostView } from "./session-settings.js";
import type { SessionSettings, Tell } from "./settings.js";

/** Where to listen. */
export interface ListenOptions {
  /** `127.0.0.1` where absent. */
  readonly host?: string;
  /** A free one, chosen by the system, where absent or 0. */
  readonly port?: number;
  /** TLS from the first octet (RFC 8314 §3.3), or in the clear with STLS where the server holds a certificate (the default). */
  readonly tls?: "implicit" | "starttls";
  /** Others that say so too may listen here as well, and the system spreads the connections (SO_REUSEPORT); Node 23.1 and newer. */
  readonly reusePort?: boolean;
}

/** The address that a listener got. */
export interface Listening {
  readonly address: string;
  readonly port: number;
}

/** A port that is open. */
interface Port {
  readonly listener: Server;
  /** The host as it was asked for. */
  readonly host: string;
  readonly at: Listening;
}

/**
 * A POP3 server. Tells what happens by events (`contracts/events.ts`): `server.on("message.retrieved", …)`. What a listener throws
 * is raised as an uncaught exception, apart from the session.
 *
 * @throws DeclarationRefused where the capabilities break a rule of the registry
 * @throws RangeError where a limit or a deadline makes no sense, or a text of the operator's cannot stand in CAPA
 */
export class Pop3Server extends EventEmitter<ServerEvents> {
  readonly registry: Registry;
  readonly #settings: SessionSettings;
  readonly #ports = new Set<Port>();
  /** Ports that are being opened. */
  readonly #opening = new Set<Promise<Listening>>();
  readonly #sessions = new Set<Session>();
  /** Connections whose proxy has not said yet whose they are. */
  readonly #atProxies = new Set<Socket>();
  readonly #counts: ConnectionCounts;
  readonly #sessionPrefix: string;
  readonly #tell: Tell = (name, payload) => {
    if (this.listenerCount(name) === 0) return;
    try {
      // The map of event names to payloads is what `emit` is typed by; it cannot see that name and payload belong together.
      (this.emit as (event: string, value: unknown) => boolean)(name, payload());
    } catch (error) {
      // A listener's failure is its owner's to hear of, as an uncaught exception; the session that told the event goes on.
      queueMicrotask(() => {
        throw error;
      });
    }
  };
  readonly #onLastSession = new Set<() => void>();
  #sessionCount = 0;
  #closing: Promise<void> | null = null;

  constructor(options: Pop3ServerOptions) {
    super();
    this.registry = new Registry(
      options.capabilities ?? standard,
      options.enabled === undefined ? {} : { enabled: options.enabled },
    );
    this.#settings = sessionSettings(this.registry, options);
    // An operator's text must not break the line it stands on, so CAPA is composed once before any client asks.
    this.registry.capabilityLines(utmostView(this.#settings));
    this.#counts = options.connectionCounts ?? new OwnConnectionCounts(this.#settings.limits);
    this.#sessionPrefix = options.sessionPrefix ?? "";
  }

  /** Opens a port; may be called several times. Rejects where the port cannot be had, or TLS is wanted without a certificate. */
  listen({
    host = "127.0.0.1",
    port = 0,
    tls = "starttls",
    reusePort = false,
  }: ListenOptions = {}): Promise<Listening> {
    if (tls === "implicit" && this.#settings.secureContext === null) {
      return Promise.reject(new TypeError("implicit TLS needs a certificate: give the server `tls: { key, cert }`"));
    }
    if (this.#closing !== null) return Promise.reject(new Error("the server is closing; it opens no more ports"));
    // A client may send QUIT and shut down its writing side; its answers are still owed.
    const listener = createServer({ allowHalfOpen: true, noDelay: true, keepAlive: true });
    const opened = new Promise<Listening>((resolve, reject) => {
      listener.once("error", reject);
      listener.listen({ host, port, reusePort }, () => {
        listener.off("error", reject);
        const { address, port: got } = listener.address() as AddressInfo;
        resolve(this.#attend({ listener, host, at: { address, port: got } }, tls));
      });
    });
    this.#opening.add(opened);
    const settled = (): boolean => this.#opening.delete(opened);
    opened.then(settled, settled);
    return opened;
  }

  /** Where this server listens, if it does so on this port of this host, as the host was asked for. */
  listeningAt({ host, port }: { readonly host: string; readonly port: number }): Listening | null {
    return [...this.#ports].find((one) => one.host === host && one.at.port === port)?.at ?? null;
  }

  /**
   * Takes an open port over from another server of this process: from now on its connections come here, those that wait at it
   * too, and none is lost. The sessions that the other server has stay with it. Null where it has no such port, or no longer.
   */
  takeOver(from: Pop3Server, { host = "127.0.0.1", port = 0, tls = "starttls" }: ListenOptions): Listening | null {
    if (tls === "implicit" && this.#settings.secureContext === null) return null;
    const taken = [...from.#ports].find((one) => one.host === host && one.at.port === port);
    if (taken === undefined || this.#closing !== null) return null;
    from.#ports.delete(taken);
    taken.listener.removeAllListeners("connection").removeAllListeners("error");
    return this.#attend(taken, tls);
  }

  #attend(port: Port, tls: ListenOptions["tls"]): Listening {
    port.listener.on("connection", (socket: Socket) => this.#accepted(socket, tls === "implicit"));
    port.listener.on("error", (error) => this.#tell("listener.failed", () => ({ error })));
    this.#ports.add(port);
    return port.at;
  }

  /** Sessions that are open now. */
  get sessionCount(): number {
    return this.#sessions.size;
  }

  /** Takes no more connections, and resolves when the sessions that are open have ended, each in its own time. */
  async drain(): Promise<void> {
    await Promise.allSettled(this.#opening);
    for (const { listener } of this.#ports) listener.close();
    this.#ports.clear();
    await this.#empty();
  }

  /**
   * Stops: no new connections; idle sessions are told and closed, those in the middle of a command after it; what is left
   * after `graceMs` milliseconds is cut off. Deletes nothing that no QUIT has asked for. Called again, the shorter grace counts.
   */
  async close({ graceMs = 30_000 }: { readonly graceMs?: number } = {}): Promise<void> {
    this.#closing ??= this.#stop();
    const cutOff = setTimeout(() => {
      for (const session of this.#sessions) session.kill();
    }, graceMs);
    await this.#closing;
    clearTimeout(cutOff);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close({ graceMs: 0 });
  }

  async #stop(): Promise<void> {
    await Promise.allSettled(this.#opening);
    const closed = [...this.#ports].map(
      ({ listener }) => new Promise<void>((resolve) => listener.close(() => resolve())),
    );
    for (const socket of this.#atProxies) socket.destroy();
    for (const session of this.#sessions) session.stop();
    this.#settings.penalties.close();
    await Promise.all(closed);
    // A listener may be done with a socket just before the session on it has ended.
    await this.#empty();
  }

  async #empty(): Promise<void> {
    if (this.#sessions.size > 0) await new Promise<void>((resolve) => this.#onLastSession.add(resolve));
  }

  /** A connection from a trusted proxy says first whose it is; what comes from anybody else is the client's own. */
  #accepted(socket: Socket, implicitTls: boolean): void {
    const remoteAddress = socket.remoteAddress ?? "";
    if (!this.#settings.trustedProxy(remoteAddress)) {
      this.#connected(socket, remoteAddress, implicitTls);
      return;
    }
    this.#atProxies.add(socket);
    readProxyHeader(socket, Math.min(PROXY_HEADER_MS, this.#settings.limits.loginMs))
      .then(({ source }) => this.#connected(socket, source?.address ?? remoteAddress, implicitTls))
      .catch((error: unknown) => {
        socket.destroy();
        this.#tell("session.refused", () => ({
          remoteAddress,
          reason: "no-proxy-header",
          problem: error instanceof Error ? error.message : String(error),
        }));
      })
      .finally(() => this.#atProxies.delete(socket));
  }

  #connected(socket: Socket, remoteAddress: string, implicitTls: boolean): void {
    const place = isThisMachine(remoteAddress) ? null : addressPlace(remoteAddress);
    const admission = this.#closing === null ? this.#counts.enter(place) : "shutdown";
    if (admission !== "ok") {
      this.#tell("session.refused", () => ({ remoteAddress, reason: admission }));
      socket.on("error", () => {});
      const sentence = say(
        admission === "shutdown" ? "the server is stopping; try again later" : "too many connections; try again later",
      );
      const reply: Reply = { status: "-ERR", text: sentence, cause: "temporary" };
      const code = this.registry.codeFor(reply.cause, null, utmostView(this.#settings));
      if (!implicitTls) socket.write(formatReplyLine(reply.status, code, rendered(sentence, null)));
      socket.destroySoon();
      return;
    }
    const id = this.#sessionPrefix + (++this.#sessionCount).toString(36);
    const session = new Session(id, socket, remoteAddress, this.#settings, this.#tell, () => {
      this.#sessions.delete(session);
      this.#counts.leave(place);
      if (this.#sessions.size > 0) return;
      for (const told of this.#onLastSession) told();
      this.#onLastSession.clear();
    });
    this.#sessions.add(session);
    void session.start(implicitTls);
  }
}
