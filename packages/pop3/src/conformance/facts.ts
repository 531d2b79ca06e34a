// What is known of a server before any check: its greeting, TLS, and what it lists at each stage. Checks read it; `connections.ts` fills it.
// Knows no tag and no command.
import { Capabilities } from "../client/capabilities.js";
import type { TlsFacts } from "../client/transport.js";
import type { AnyCapability, ClientCapability } from "../contracts/capability.js";
import type { Registry } from "../registry/registry.js";
import type { ReceivedBody } from "../wire/wire.js";
import type { Answer } from "./conversation.js";
import type { Stage } from "./report.js";

/** One answer to CAPA, as it came. */
export interface Listing {
  readonly stage: Stage;
  readonly answer: Answer;
  /** Null where CAPA was refused. */
  readonly body: ReceivedBody | null;
  readonly capabilities: Capabilities;
}

/** What is known of a server. */
export class ServerFacts {
  readonly registry: Registry;
  readonly listings: Map<Stage, Listing> = new Map();
  greeting: Answer | null = null;
  tls: TlsFacts | null = null;
  /** What the server said to STLS where it did not begin TLS. */
  startTlsRefused: string | null = null;
  loginMethod: string | null = null;
  /** Why nobody could be logged in, a sentence. */
  loginProblem: string | null = null;

  constructor(registry: Registry) {
    this.registry = registry;
  }

  learn(answered: Omit<Listing, "capabilities">): void {
    this.listings.set(answered.stage, this.listing(answered));
  }

  /** An answer to CAPA with what it says. */
  listing(answered: Omit<Listing, "capabilities">): Listing {
    return { ...answered, capabilities: new Capabilities(answered.body?.lines ?? null, this.registry, () => {}) };
  }

  /** What it lists on the connection over which people log in, before they do. */
  get before(): Listing | null {
    return this.listings.get("tls") ?? this.listings.get("cleartext") ?? null;
  }

  /** What it lists after login. */
  get after(): Listing | null {
    return this.listings.get("login") ?? null;
  }

  /** Whether CAPA was answered anywhere. */
  get listsAnything(): boolean {
    return [...this.listings.values()].some(({ body }) => body !== null);
  }

  /** Whether it is listed anywhere. */
  lists(capability: AnyCapability | string): boolean {
    return [...this.listings.values()].some(({ capabilities }) => capabilities.has(capability));
  }

  /** The argument that was listed last. */
  argument<Argument>(capability: ClientCapability<Argument>): Argument | undefined {
    return [...this.listings.values()]
      .map(({ capabilities }) => capabilities.get(capability))
      .findLast((argument) => argument !== undefined);
  }
}
