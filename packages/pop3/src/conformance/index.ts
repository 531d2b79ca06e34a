// The door `@postern/pop3/conformance`: the examination of a server, its report, and the types to write checks of one's own.
// Exports and nothing else: what stands here is promised to other programs.
export type { Check, CheckEffect, CheckFacts, RequirementLevel } from "../contracts/check.js";
export type { TranscriptLine } from "../wire/transcript.js";
export { WireFailed, type BodyKind, type ReceivedBody, type ReceivedLine } from "../wire/wire.js";
export type { ConformanceCheck } from "./check.js";
export type { Answer, Conversation, MultiAnswer } from "./conversation.js";
export type { Listing, ServerFacts } from "./facts.js";
export type { ExaminationEvent, ExaminationOptions } from "./options.js";
export { CheckFailed, NotTested, Undecided } from "./outcome.js";
export type { LoginTrial } from "./connections.js";
export type { Proof } from "./proof.js";
export type { Listed, Sample } from "./samples.js";
export type {
  CapabilityVerdict,
  CheckOutcome,
  CheckResult,
  ConformanceReport,
  ExaminationMode,
  Stage,
  StageListing,
  TlsReport,
  Totals,
  Verdict,
} from "./report.js";
export type { Subject } from "./subject.js";
export { checksOf, examine, ExaminationImpossible } from "./run.js";
