// What a server tells its owner, in the past tense. No event ever carries a secret or a message's octets.
// Told by `server/session.ts` and `server/server.ts`. Knows nothing of logs: what becomes of an event is the owner's business.
import type { State } from "./session.js";

/** The part that every event of a session has. */
export interface SessionFacts {
  /** Unique in this process. */
  readonly session: string;
  readonly remoteAddress: string;
  readonly secure: boolean;
  /** The user whose maildrop is open, or null before login. */
  readonly user: string | null;
}

/** Why a session ended. */
export type EndReason =
  | "quit"
  | "disconnected"
  | "login-deadline"
  | "idle"
  | "slow-reader"
  | "misbehaved"
  | "failed"
  | "shutdown"
  | "tls-failed";

/** How a client logged in: the keyword of a command, or the name of a SASL mechanism. */
export type LoginMethod = string;

/** Names and payloads of the events. */
export interface ServerEvents {
  "session.opened": [SessionFacts];
  "session.refused": [
    {
      readonly remoteAddress: string;
      readonly reason: "too-many" | "too-many-from-address" | "shutdown" | "no-proxy-header";
      /** More of it, where there is more. */
      readonly problem?: string;
    },
  ];
  "session.ended": [
    SessionFacts & {
      readonly reason: EndReason;
      readonly state: State;
      readonly octetsIn: number;
      readonly octetsOut: number;
    },
  ];
  "tls.started": [SessionFacts & { readonly version: string | null; readonly droppedOctets: number }];
  "tls.failed": [SessionFacts & { readonly problem: string }];
  "login.accepted": [
    SessionFacts & { readonly method: LoginMethod; readonly messages: number; readonly octets: number },
  ];
  /** `name` is what the client called itself, or empty where it did not get that far. */
  "login.refused": [SessionFacts & { readonly method: LoginMethod; readonly name: string; readonly cause: string }];
  /** A command was answered; told after its reply was handed to the connection. */
  "command.answered": [
    SessionFacts & {
      /** As declared; empty where the line named no command. */
      readonly keyword: string;
      readonly status: "+OK" | "-ERR";
      readonly code: string | null;
      readonly durationMs: number;
    },
  ];
  "message.retrieved": [SessionFacts & { readonly uniqueId: string; readonly octets: number }];
  "maildrop.updated": [SessionFacts & { readonly deleted: number }];
  "command.refused": [SessionFacts & { readonly keyword: string; readonly problem: string }];
  /** A listener could not take a connection; it goes on. */
  "listener.failed": [{ readonly error: unknown }];
  "failure.caught": [SessionFacts & { readonly doing: string; readonly error: unknown }];
}
