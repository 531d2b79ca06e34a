// The door `@postern/pop3/conformance`: what an examination of a server found.
// Exports and nothing else.
export type { CheckEffect, RequirementLevel } from "../contracts/check.js";
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
  TranscriptLine,
  Verdict,
} from "./report.js";
