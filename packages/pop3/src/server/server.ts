// The server: listeners, who may connect, and the stop. A session's own life is `session.ts`.
// Knows no command and no message. Bounds are `limits.ts`'s, certificates `tls.ts`'s; what sessions share is in `settings.ts`.
import { EventEmitter } from "node:events";
import { createServer, isIPv6, type AddressInfo, type Server, type Socket } from "node:net";
import type { SecureContext } from "node:tls";
import { standard } from "../capabilities/index.js";
import type { Authenticator } from "../contracts/authenticator.js";
import type { AnyCapability } from "../contracts/capability.js";
import type { ServerEvents } from "../contracts/events.js";
import type { MaildropStore } from "../contracts/maildrop.js";
import { formatReplyLine } from "../protocol/reply.js";
import { Registry } from "../registry/registry.js";
import { withDefaults, type Deadlines, type Limits } from "./limits.js";
import { Session } from "./session.js";
import type { SessionSettings, Tell } from "./settings.js";
import { secureContext, type TlsIdentity } from "./tls.js";

/** What a server is made of. */
export interface Pop3ServerOptions {
  readonly maildrops: MaildropStore;
  readonly authenticator: Authenticator;
  /** Certificate and key; without them there is neither STLS nor implicit TLS. */
  readonly tls?: TlsIdentity;
  /**
   * Where USER and PASS are offered without TLS (RFC 2595 §2.3): to nobody (the default), to loopback addresses, or to all.
   */
  readonly cleartextLogin?: "never" | "loopback" | "always";
  /** The declarations; `[...standard, mine]` adds a private one. `standard` where absent. */
  readonly capabilities?: readonly AnyCapability[];
  /** Tags to serve; all that work where absent. */
  readonly enabled?: readonly string[];
  /** The IMPLEMENTATION line's text; null for none. `Postern` where absent. */
  readonly implementation?: string | null;
  readonly limits?: Partial<Limits>;
  readonly deadlines?: Partial<Deadlines>;
}

/** Where to listen. */
export interface ListenOptions {
  /** `127.0.0.1` where absent. */
  readonly host?: string;
  /** A free one, chosen by the system, where absent or 0. */
  readonly port?: number;
  /** TLS from the first octet (RFC 8314 §3.3), or in the clear with STLS where the server holds a certificate (the default). */
  readonly tls?: "implicit" | "starttls";
}

/** The address that a listener got. */
export interface Listening {
  readonly address: string;
  readonly port: number;
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
  readonly #secureContext: SecureContext | null;
  readonly #listeners = new Set<Server>();
  /** Ports that are being opened. */
  readonly #opening = new Set<Promise<Listening>>();
  readonly #sessions = new Set<Session>();
  readonly #perAddress = new Map<string, number>();
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
  #onLastSession: () => void = () => {};
  #sessionCount = 0;
  #closing: Promise<void> | null = null;

  constructor(options: Pop3ServerOptions) {
    super();
    const { cleartextLogin = "never", implementation = "Postern" } = options;
    this.registry = new Registry(
      options.capabilities ?? standard,
      options.enabled === undefined ? {} : { enabled: options.enabled },
    );
    // An operator's text must not break the line it stands on, so CAPA is composed once before any client asks.
    this.registry.capabilityLines({
      state: "TRANSACTION",
      secure: true,
      canStartTls: false,
      passwordLogin: true,
      implementation,
    });
    this.#secureContext = options.tls === undefined ? null : secureContext(options.tls);
    this.#settings = {
      registry: this.registry,
      maildrops: options.maildrops,
      authenticator: options.authenticator,
      secureContext: this.#secureContext,
      cleartextLogin: (remoteAddress) =>
        cleartextLogin === "always" || (cleartextLogin === "loopback" && isLoopback(remoteAddress)),
      implementation,
      limits: withDefaults(options.limits, options.deadlines),
    };
  }

  /** Opens a port; may be called several times. Rejects where the port cannot be had, or TLS is wanted without a certificate. */
  listen({ host = "127.0.0.1", port = 0, tls = "starttls" }: ListenOptions = {}): Promise<Listening> {
    if (tls === "implicit" && this.#secureContext === null) {
      return Promise.reject(new TypeError("implicit TLS needs a certificate: give the server `tls: { key, cert }`"));
    }
    // A client may send QUIT and shut down its writing side; its answers are still owed.
    if (this.#closing !== null) return Promise.reject(new Error("the server is closing; it opens no more ports"));
    const listener = createServer({ allowHalfOpen: true, noDelay: true, keepAlive: true }, (socket) =>
      this.#connected(socket, tls === "implicit"),
    );
    const opened = new Promise<Listening>((resolve, reject) => {
      listener.once("error", reject);
      listener.listen({ host, port }, () => {
        listener.off("error", reject);
        listener.on("error", (error) => this.#tell("listener.failed", () => ({ error })));
        this.#listeners.add(listener);
        const { address, port: got } = listener.address() as AddressInfo;
        resolve({ address, port: got });
      });
    });
    this.#opening.add(opened);
    const settled = (): boolean => this.#opening.delete(opened);
    opened.then(settled, settled);
    return opened;
  }

  /** Sessions that are open now. */
  get sessionCount(): number {
    return this.#sessions.size;
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
    const closed = [...this.#listeners].map(
      (listener) => new Promise<void>((resolve) => listener.close(() => resolve())),
    );
    for (const session of this.#sessions) session.stop();
    await Promise.all(closed);
    // A listener may be done with a socket just before the session on it has ended.
    if (this.#sessions.size > 0) await new Promise<void>((resolve) => (this.#onLastSession = resolve));
  }

  #connected(socket: Socket, implicitTls: boolean): void {
    const remoteAddress = socket.remoteAddress ?? "";
    const place = isLoopback(remoteAddress) ? null : addressPlace(remoteAddress);
    const fromPlace = place === null ? 0 : (this.#perAddress.get(place) ?? 0);
    const { connections, connectionsPerAddress } = this.#settings.limits;
    if (this.#closing !== null || this.#sessions.size >= connections || fromPlace >= connectionsPerAddress) {
      const reason =
        this.#closing !== null ? "shutdown" : this.#sessions.size >= connections ? "too-many" : "too-many-from-address";
      this.#tell("session.refused", () => ({ remoteAddress, reason }));
      socket.on("error", () => {});
      const sentence = reason === "shutdown" ? "the server is stopping" : "too many connections";
      if (!implicitTls) socket.write(formatReplyLine("-ERR", null, `${sentence}; try again later`));
      socket.destroySoon();
      return;
    }
    if (place !== null) this.#perAddress.set(place, fromPlace + 1);
    const session = new Session((++this.#sessionCount).toString(36), socket, this.#settings, this.#tell, () => {
      this.#sessions.delete(session);
      if (this.#sessions.size === 0) this.#onLastSession();
      if (place === null) return;
      const left = (this.#perAddress.get(place) ?? 1) - 1;
      if (left === 0) this.#perAddress.delete(place);
      else this.#perAddress.set(place, left);
    });
    this.#sessions.add(session);
    void session.start(implicitTls);
  }
}

function isLoopback(address: string): boolean {
  return address === "::1" || /^(::ffff:)?127\./.test(address);
}

/** What counts as one address: for IPv6 the network of 64 bits that a customer is given, because he has all of it. */
function addressPlace(address: string): string {
  if (!isIPv6(address) || address.startsWith("::ffff:")) return address;
  const [head = "", tail = ""] = address.split("::");
  const front = head.split(":").filter(Boolean);
  const back = tail.split(":").filter(Boolean);
  const groups = [...front, ...Array<string>(Math.max(0, 8 - front.length - back.length)).fill("0"), ...back];
  return groups.slice(0, 4).join(":");
}
