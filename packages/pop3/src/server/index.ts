// The door `@postern/pop3/server`: a server, what it is made of, and a store in memory to begin with.
// Exports and nothing else: what stands here is promised to other programs. Declarations and registry have their door in `../index.ts`.
export type {
  Authenticator,
  ClientCertificate,
  CredentialKind,
  ScramHash,
  ScramVerifier,
  SharedSecret,
  StringPreparation,
  TokenVerdict,
} from "../contracts/authenticator.js";
export type { Admission, ConnectionCounts } from "../contracts/connection-counts.js";
export { MaildropFailure, type MaildropFailureKind } from "../contracts/errors.js";
export type { FailedLogins } from "../contracts/failed-logins.js";
export type { KnownLogins } from "../contracts/known-logins.js";
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
export type { Language } from "../contracts/language.js";
export type { OverallPolicy, Policies, RetentionDays, UserPolicy } from "../contracts/policy.js";
export * from "../languages/index.js";
export { MemoryAccounts } from "../maildrop/memory-accounts.js";
export { MemoryMaildrops } from "../maildrop/memory.js";
export * from "../mechanisms/index.js";
export { impossibleVerifier, SCRAM_SALT_OCTETS, scramVerifierOf, type ScramKeys } from "../mechanisms/scram/keys.js";
export { MemoryPolicies } from "../maildrop/memory-policies.js";
export { SurrogateEncoder, type SurrogateFacts } from "../protocol/surrogate.js";
export { WireEncoder, wireForm, type WireFacts } from "../protocol/wire-form.js";
export { FAILED_LOGIN_BOUNDS, MemoryFailedLogins, type FailedLoginBounds } from "./failed-logins.js";
export {
  DEFAULT_DEADLINES,
  DEFAULT_LIMITS,
  DEFAULT_PENALTY_LIMITS,
  SHORTEST_IDLE_MS,
  type Deadlines,
  type Limits,
  type PenaltyLimits,
} from "./limits.js";
export type { Pop3ServerOptions } from "./options.js";
export { Pop3Server, type Listening, type ListenOptions } from "./server.js";
export { surrogateOf } from "./surrogate-body.js";
export type { TlsIdentity } from "./tls.js";
