// The door `@postern/pop3/client`: a client, what it is told and what it throws. The declarations have their door in `../index.ts`,
// and are here again for those who look capabilities up. Exports and nothing else.
export * from "./standard.js";
export type { StringPreparation } from "../contracts/authenticator.js";
export type {
  AnyCapability,
  AnyClientCapability,
  ArgumentGrammar,
  Capability,
  ClientCapability,
} from "../contracts/capability.js";
export type { AnyCommandSpec, CommandSpec, ParamGrammar, Parsed } from "../contracts/command.js";
export {
  CommandRefused,
  LoginImpossible,
  ProtocolViolation,
  TransportLost,
  type LoginObstacle,
  type TransportLossReason,
} from "../contracts/errors.js";
export type { ResponseCode } from "../contracts/response-code.js";
export type { State } from "../contracts/session.js";
export type { CapabilityLine } from "../protocol/capability-line.js";
export type { DropListing, LanguageListing, ScanListing, UniqueIdListing } from "../protocol/listing-lines.js";
export { QUIRKS, type Quirk, type QuirkFacts } from "../protocol/quirks.js";
export type { Answer } from "./answer.js";
export type { Capabilities, MalformedCapability } from "./capabilities.js";
export { Pop3Client, type Committed } from "./client.js";
export type { Greeted } from "./connect.js";
export {
  DEFAULT_CLIENT_DEADLINES,
  DEFAULT_CLIENT_LIMITS,
  MESSAGE_WINDOW_OCTETS,
  type ClientDeadlines,
  type ClientLimits,
} from "./limits.js";
export { LOGIN_METHODS, type LoginMethod } from "./login-choice.js";
export type { MessagesOptions } from "./messages.js";
export type {
  AuthOptions,
  CapabilitiesChange,
  ClientListeners,
  CommandOptions,
  ConnectOptions,
  TlsMode,
  TokenRequest,
} from "./options.js";
export type { ListedMessage, RetrievedMessage, Retrieval } from "./retrieval.js";
export type { LogLine } from "./session-log.js";
export type { TlsFacts, TlsOptions } from "./transport.js";
