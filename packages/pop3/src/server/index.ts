// The door `@postern/pop3/server`: a server, what it is made of, and a store in memory to begin with.
// Exports and nothing else: what stands here is promised to other programs. Declarations and registry have their door in `../index.ts`.
export type { Authenticator } from "../contracts/authenticator.js";
export { MaildropFailure, type MaildropFailureKind } from "../contracts/errors.js";
export type { EndReason, ServerEvents, SessionFacts } from "../contracts/events.js";
export type {
  Delivered,
  DeliveryOptions,
  Depository,
  Maildrop,
  MaildropStore,
  MessageSource,
  Snapshot,
  WireBody,
} from "../contracts/maildrop.js";
export { MemoryAccounts } from "../maildrop/memory-accounts.js";
export { MemoryMaildrops } from "../maildrop/memory.js";
export { WireEncoder, wireForm, type WireFacts } from "../protocol/wire-form.js";
export { DEFAULT_DEADLINES, DEFAULT_LIMITS, SHORTEST_IDLE_MS, type Deadlines, type Limits } from "./limits.js";
export { Pop3Server, type Listening, type ListenOptions, type Pop3ServerOptions } from "./server.js";
export type { TlsIdentity } from "./tls.js";
