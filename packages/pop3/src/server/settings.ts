// What the sessions of one server share, and how they tell its owner what happens.
// Types alone: `server.ts` fills them once, `session.ts` reads them. What belongs to one session only is not for here.
import type { Authenticator, StringPreparation } from "../contracts/authenticator.js";
import type { ServerEvents } from "../contracts/events.js";
import type { Language } from "../contracts/language.js";
import type { MaildropStore } from "../contracts/maildrop.js";
import type { Mechanism } from "../contracts/mechanism.js";
import type { Policies } from "../contracts/policy.js";
import type { Registry } from "../registry/registry.js";
import type { Deadlines, Limits } from "./limits.js";
import type { Interpose } from "./interposition.js";
import type { Penalties } from "./penalties.js";
import type { AddressTest } from "./proxy.js";
import type { ServerContext } from "./tls.js";

/** What all sessions of a server share. */
export interface SessionSettings {
  readonly registry: Registry;
  readonly maildrops: MaildropStore;
  readonly authenticator: Authenticator;
  /** Those that the operator wants served, strongest first. */
  readonly mechanisms: readonly Mechanism[];
  readonly penalties: Penalties;
  /** Whether connections from this address begin with a PROXY header. */
  readonly trustedProxy: AddressTest;
  readonly policies: Policies;
  /** SASLprep; null where names and passwords are ASCII only. */
  readonly prepare: StringPreparation | null;
  /** The first is the operator's choice for `*`. */
  readonly languages: readonly Language[];
  /** What a session without UTF-8 mode gets of a message that needs it. */
  readonly utf8Messages: "surrogate" | "refuse";
  /** What the server calls itself in timestamps and challenges. */
  readonly hostname: string;
  readonly secureContext: ServerContext | null;
  /** Whether a password may travel in the clear from this address. */
  cleartextLogin(remoteAddress: string): boolean;
  readonly implementation: string | null;
  /** The implementation is nobody's business before login (RFC 2449 §6.9). */
  readonly implementationAfterLogin: boolean;
  readonly limits: Limits & Deadlines;
  /** Null but in tests. */
  readonly interpose: Interpose | null;
}

/** Tells the server's owner; the payload is made only where somebody listens. */
export type Tell = <Name extends keyof ServerEvents>(name: Name, payload: () => ServerEvents[Name][0]) => void;
