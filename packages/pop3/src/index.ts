// The door `@postern/pop3`: the declarations, the registry that holds them, and the types to write one's own.
// Exports and nothing else: what stands here is promised to other programs. Nothing of the server, whose door is `server/index.ts`.
export * from "./capabilities/index.js";
export type { ArgumentGrammar, AnyCapability, Capability, Registration } from "./contracts/capability.js";
export type { Check } from "./contracts/check.js";
export type {
  AnyCommandSpec,
  CommandSpec,
  Admission,
  Login,
  ParamGrammar,
  Parsed,
  ServeContext,
} from "./contracts/command.js";
export type { NegativeReply, PositiveReply, Reply } from "./contracts/reply.js";
export type { Language } from "./contracts/language.js";
export type { OverallPolicy, Policies, RetentionDays, UserPolicy } from "./contracts/policy.js";
export { DeclarationRefused, MaildropFailure, type MaildropFailureKind, type RuleBroken } from "./contracts/errors.js";
export type { WireBody } from "./contracts/maildrop.js";
export {
  MechanismRefused,
  type ChannelBindings,
  type ClientExchange,
  type Mechanism,
  type MechanismClientContext,
  type MechanismOutcome,
  type MechanismServerContext,
  type ServerExchange,
} from "./contracts/mechanism.js";
export type { FailureCause, ResponseCode } from "./contracts/response-code.js";
export { say, type ReplyText, type Said, type Sentence } from "./contracts/sentence.js";
export type { SessionView, State } from "./contracts/session.js";
export type { MessageNumber, Transaction } from "./contracts/transaction.js";
export { rendered } from "./protocol/sentence.js";
export { noArgument } from "./protocol/argument.js";
export {
  messageAndLines,
  messageNumber,
  name,
  none,
  optionalMessageNumber,
  password,
  type MessageAndLines,
} from "./protocol/params.js";
export type { Deviation } from "./registry/deviations.js";
export { judgementText } from "./registry/judgement-text.js";
export {
  pageText,
  registryPage,
  type RegistrationRule,
  type RegistryPage,
  type RegistryView,
} from "./registry/page.js";
export { judgeProposal, PROPOSAL_OCTETS, type Judgement } from "./registry/proposal.js";
export { Registry, type Refused, type RegistryOptions, type Resolved } from "./registry/registry.js";
export {
  capabilityTemplate,
  responseCodeTemplate,
  templateText,
  type CapabilityTemplate,
  type ResponseCodeTemplate,
} from "./registry/template.js";
