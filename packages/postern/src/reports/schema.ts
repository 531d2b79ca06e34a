// The report as JSON, and its JSON Schema, which is published as check-report.schema.json: what programs may rely on.
// Fields may be added without a new `format`, so the schema allows more of them than it knows. The type is `@postern/pop3`'s.
import type { ConformanceReport } from "@postern/pop3/conformance";
import { z } from "zod";
import { jsonText } from "./json-text.js";

const count = z.int().min(0);
const stage = z.enum(["cleartext", "tls", "login"]).describe("Where it was asked: before TLS, under TLS, after login.");

const transcriptLine = z.object({
  from: z.enum(["C", "S", "#"]).describe("C: sent, S: received, #: what happened besides."),
  text: z.string().describe("Without its line end; secrets are masked, and octets that do not print are escaped."),
});

const checkResult = z.object({
  id: z.string().describe("Unique and stable."),
  tag: z.string().nullable().describe("The capability; null for what belongs to no single one."),
  level: z.enum(["MUST", "SHOULD", "MAY"]),
  reference: z.string().describe("Such as RFC 1939 §7."),
  title: z.string().describe("The requirement, a sentence."),
  effect: z
    .enum(["retrieves", "marks", "wrong-login", "deletes"])
    .nullable()
    .describe("What the check does beyond asking."),
  outcome: z
    .enum(["passed", "failed", "not-tested", "undecided"])
    .describe("undecided: it was tried, and what was seen does not tell."),
  finding: z.string().nullable().describe("What was seen instead, or why there is no outcome; null where it passed."),
  remedy: z.string().nullable().describe("What to change; null unless it failed."),
  transcript: z.array(transcriptLine).describe("Empty unless it failed or is undecided."),
  elapsedMs: z.number().min(0),
});

const capabilityVerdict = z.object({
  tag: z.string(),
  announced: z.array(z.object({ stage, line: z.string() })).describe("Its line at each stage where it is announced."),
  declared: z.boolean().describe("Postern has a declaration of it."),
  verdict: z
    .enum(["true", "false", "undecided", "not-announced"])
    .describe("true: announced, and all that was tried works. false: announced, and a MUST of it failed."),
  reason: z.string(),
  checks: z.array(z.string()).describe("Ids of the results that the verdict rests on."),
});

const tlsReport = z.object({
  version: z.string(),
  cipher: z.string(),
  alpn: z.string().nullable(),
  problem: z.string().nullable().describe("Why the certificate does not hold; null where it does."),
  subject: z.string().nullable(),
  issuer: z.string().nullable(),
  names: z.array(z.string()),
  validFrom: z.string().nullable().describe("ISO 8601."),
  validTo: z.string().nullable().describe("ISO 8601."),
  fingerprint: z.string().nullable(),
});

const reportSchema = z.object({
  format: z.literal(1).describe("Changes where a field changes its meaning or goes."),
  server: z.object({
    host: z.string(),
    port: z.int().min(0).max(65_535),
    tls: z.enum(["implicit", "starttls", "none"]).describe("How TLS was to begin."),
    greeting: z.string().nullable().describe("The first line; null where none came."),
    implementation: z.string().nullable().describe("What IMPLEMENTATION says."),
  }),
  mode: z.enum(["anonymous", "safe", "thorough"]).describe("How much the examination was allowed to do."),
  startedAt: z.string().describe("ISO 8601."),
  elapsedMs: z.number().min(0),
  connections: count,
  logins: count,
  loginMethod: z.string().nullable().describe("How the user was let in; null where nobody was."),
  loginProblem: z.string().nullable().describe("Why the user was not let in; null where he was, or nobody was to be."),
  tls: tlsReport.nullable(),
  listings: z
    .array(z.object({ stage, answered: z.boolean().describe("The server knows CAPA."), lines: z.array(z.string()) }))
    .describe("One for each time that CAPA was asked."),
  capabilities: z.array(capabilityVerdict),
  results: z.array(checkResult),
  totals: z.object({
    passed: count,
    failed: count,
    failedMust: count,
    failedShould: count,
    failedMay: count,
    notTested: count,
    undecided: count,
  }),
  conformant: z.boolean().describe("No MUST failed."),
}) satisfies z.ZodType<ConformanceReport>;

/** The other half of what `satisfies` holds: the schema asks for nothing that the type does not promise. */
type Promised<T> = T extends object ? { readonly [K in keyof T]: Promised<T[K]> } : T;

/** The report as `postern check --json` prints it, with a line end. */
export function checkReportJson(report: ConformanceReport): string {
  const promised: Promised<z.infer<typeof reportSchema>> = report;
  return jsonText(promised);
}

/** The JSON Schema of that, draft 2020-12. */
export function checkReportJsonSchema(): object {
  return z.toJSONSchema(reportSchema, { io: "input" });
}
