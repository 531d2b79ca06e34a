// What the sessions of one server share, and how they tell its owner what happens.
// Types alone: `server.ts` fills them once, `session.ts` reads them. What belongs to one session only is not for here.
import type { SecureContext } from "node:tls";
import type { Authenticator } from "../contracts/authenticator.js";
import type { ServerEvents } from "../contracts/events.js";
import type { MaildropStore } from "../contracts/maildrop.js";
import type { Registry } from "../registry/registry.js";
import type { Deadlines, Limits } from "./limits.js";

/** What all sessions of a server share. */
export interface SessionSettings {
  readonly registry: Registry;
  readonly maildrops: MaildropStore;
  readonly authenticator: Authenticator;
  readonly secureContext: SecureContext | null;
  /** Whether a password may travel in the clear from this address. */
  cleartextLogin(remoteAddress: string): boolean;
  readonly implementation: string | null;
  readonly limits: Limits & Deadlines;
}

/** Tells the server's owner; the payload is made only where somebody listens. */
export type Tell = <Name extends keyof ServerEvents>(name: Name, payload: () => ServerEvents[Name][0]) => void;
