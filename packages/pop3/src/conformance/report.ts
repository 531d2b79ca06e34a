// What an examination of a server found: plain values, fit for JSON, that every rendering reads. Texts of the server are verbatim but for
// secrets, which are masked, and octets that do not print, which are escaped. Knows no check and no connection.
import type { CheckEffect, RequirementLevel } from "../contracts/check.js";

/** Where a listing was taken: before TLS, under TLS, after login. */
export type Stage = "cleartext" | "tls" | "login";

/** `undecided`: it was tried, and what was seen does not tell. */
export type CheckOutcome = "passed" | "failed" | "not-tested" | "undecided";

/** How much an examination may do; see `ExaminationOptions.mode`. */
export type ExaminationMode = "anonymous" | "safe" | "thorough";

/** One line of a transcript, without its line end. */
export interface TranscriptLine {
  /** `C`: sent, `S`: received, `#`: what happened besides. */
  readonly from: "C" | "S" | "#";
  readonly text: string;
}

/** One check and how it ended. */
export interface CheckResult {
  readonly id: string;
  /** The capability's tag as registered; null for the base protocol, CAPA itself, APOP and what belongs to no single one. */
  readonly tag: string | null;
  readonly level: RequirementLevel;
  readonly reference: string;
  readonly title: string;
  readonly effect: CheckEffect | null;
  readonly outcome: CheckOutcome;
  /** A sentence: what was seen instead, or why it was not tested or does not tell; null where it passed. */
  readonly finding: string | null;
  /** What to change; null unless it failed. */
  readonly remedy: string | null;
  /** How it went; empty unless it failed or is undecided. */
  readonly transcript: readonly TranscriptLine[];
  readonly elapsedMs: number;
}

/** `true`: announced, and everything that was tried of it works. `false`: announced, and a MUST of it failed. */
export type Verdict = "true" | "false" | "undecided" | "not-announced";

/** What an announcement is worth. */
export interface CapabilityVerdict {
  /** As registered, or as the server writes it where nobody knows it. */
  readonly tag: string;
  /** Its line at each stage where it is announced. */
  readonly announced: readonly { readonly stage: Stage; readonly line: string }[];
  /** It is one of the declarations that the examination knows. */
  readonly declared: boolean;
  readonly verdict: Verdict;
  /** A sentence that gives the reason. */
  readonly reason: string;
  /** Ids of the results that the verdict rests on. */
  readonly checks: readonly string[];
}

/** One answer to CAPA. */
export interface StageListing {
  readonly stage: Stage;
  /** The server knows CAPA. */
  readonly answered: boolean;
  readonly lines: readonly string[];
}

/** What is known of TLS. */
export interface TlsReport {
  /** `TLSv1.3`. */
  readonly version: string;
  readonly cipher: string;
  readonly alpn: string | null;
  /** Why the certificate does not hold; null where it does. */
  readonly problem: string | null;
  readonly subject: string | null;
  readonly issuer: string | null;
  readonly names: readonly string[];
  /** ISO 8601. */
  readonly validFrom: string | null;
  readonly validTo: string | null;
  readonly fingerprint: string | null;
}

/** How many checks ended how. */
export interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly failedMust: number;
  readonly failedShould: number;
  readonly failedMay: number;
  readonly notTested: number;
  readonly undecided: number;
}

/** All that an examination found. `format` changes where a field changes its meaning or goes; new fields may come without. */
export interface ConformanceReport {
  readonly format: 1;
  readonly server: {
    readonly host: string;
    readonly port: number;
    /** How TLS was to begin: `implicit`, `starttls`, or `none`. */
    readonly tls: "implicit" | "starttls" | "none";
    /** The first line; null where none came. */
    readonly greeting: string | null;
    /** What IMPLEMENTATION says; null where nothing does. */
    readonly implementation: string | null;
  };
  readonly mode: ExaminationMode;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly elapsedMs: number;
  readonly connections: number;
  readonly logins: number;
  /** The mechanism or command by which the user was let in; null where nobody was. */
  readonly loginMethod: string | null;
  readonly tls: TlsReport | null;
  readonly listings: readonly StageListing[];
  readonly capabilities: readonly CapabilityVerdict[];
  readonly results: readonly CheckResult[];
  readonly totals: Totals;
  /** No MUST failed. */
  readonly conformant: boolean;
}
