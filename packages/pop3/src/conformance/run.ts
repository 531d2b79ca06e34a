// An examination from its beginning to its report: the checks one after the other, a second attempt where one failed, and the result of each.
// Knows no requirement. Connections are `connections.ts`'s, what an announcement is worth is judged in `verdicts.ts`.
import { standard } from "../capabilities/index.js";
import { Registry } from "../registry/registry.js";
import type { ConformanceCheck } from "./check.js";
import { standardChecks } from "./checks/index.js";
import { Connections } from "./connections.js";
import { declaredChecks } from "./declared-checks.js";
import { ServerFacts } from "./facts.js";
import type { ExaminationOptions } from "./options.js";
import { Proof } from "./proof.js";
import type { CheckResult, ConformanceReport, TlsReport } from "./report.js";
import { capabilityVerdicts, implementationOf, totalsOf } from "./verdicts.js";
import type { TranscriptLine } from "../wire/transcript.js";

/** The server could not be examined at all: nobody answers, or not with POP3. */
export class ExaminationImpossible extends Error {
  override readonly name = "ExaminationImpossible";
}

/** Every check that an examination with these declarations and checks runs, in its order: what needs no login first. Throws `RangeError` for an id that two have. */
export function checksOf({
  capabilities = standard,
  checks = [],
}: Pick<ExaminationOptions, "capabilities" | "checks">): readonly ConformanceCheck[] {
  const all = [...declaredChecks(capabilities), ...standardChecks, ...checks];
  const ids = new Set<string>();
  for (const { id } of all) {
    if (ids.has(id)) throw new RangeError(`two checks have the id ${id}`);
    ids.add(id);
  }
  return all.toSorted((one, other) => rankOf(one) - rankOf(other));
}

/** What shares a connection comes first, what deletes comes last. */
function rankOf({ given, effect }: ConformanceCheck): number {
  const effects = [undefined, "retrieves", "marks", "wrong-login", "deletes"];
  return (given === "AUTHORIZATION" ? 0 : 10) + effects.indexOf(effect);
}

/**
 * Examines a server. Rejects with `ExaminationImpossible` where it cannot be reached or does not speak POP3, with a `RangeError` for an unknown id
 * in `only`, `DeclarationRefused` for declarations that break a rule, and the signal's reason.
 */
export async function examine(options: ExaminationOptions): Promise<ConformanceReport> {
  const { capabilities = standard, mode = "safe", onEvent, now = Date.now } = options;
  const registry = new Registry(capabilities);
  const checks = chosen(checksOf(options), options.only);
  const facts = new ServerFacts(registry);
  const connections = new Connections(options, facts);
  const startedMs = now();
  const results: CheckResult[] = [];
  try {
    await connections.shared().catch((error: unknown) => {
      options.signal?.throwIfAborted();
      throw new ExaminationImpossible(messageOf(error), { cause: error });
    });
    onEvent?.({ kind: "listed", checks: checks.length });
    for (const check of checks) {
      onEvent?.({ kind: "began", id: check.id });
      const result = await resultOf(check, options, facts, connections);
      results.push(result);
      onEvent?.({ kind: "ended", result });
    }
    await connections.endAll();
  } finally {
    connections.dropAll();
  }
  const totals = totalsOf(results);
  const masked = (text: string | null): string | null => (text === null ? null : connections.secrets.masked(text));
  return {
    format: 1,
    server: {
      host: options.host,
      port: options.port,
      tls: options.tls,
      greeting: masked(facts.greeting?.line ?? null),
      implementation: masked(implementationOf(facts)),
    },
    mode,
    startedAt: new Date(startedMs).toISOString(),
    elapsedMs: now() - startedMs,
    connections: connections.count,
    logins: connections.pace.count,
    loginMethod: facts.loginMethod,
    loginProblem: facts.loginProblem,
    tls: tlsReport(facts),
    listings: [...facts.listings.values()].map(({ stage, body }) => ({
      stage,
      answered: body !== null,
      lines: body?.lines.map((line) => connections.secrets.masked(line)) ?? [],
    })),
    capabilities: capabilityVerdicts(facts, results, connections.secrets),
    results,
    totals,
    conformant: totals.failedMust === 0,
  };
}

function chosen(checks: readonly ConformanceCheck[], only: readonly string[] | undefined): readonly ConformanceCheck[] {
  if (only === undefined) return checks;
  const unknown = only.find((id) => !checks.some((check) => check.id === id));
  if (unknown !== undefined) throw new RangeError(`there is no check ${unknown}`);
  return checks.filter(({ id }) => only.includes(id));
}

/** Why a check may not be made in this mode, or null. */
function forbidden({ given, effect }: ConformanceCheck, { mode = "safe", auth }: ExaminationOptions): string | null {
  if (effect === "wrong-login" && mode !== "thorough")
    return "it makes a login that has to fail: only --thorough does that";
  if (effect === "deletes" && mode !== "thorough") return "it deletes messages: only --thorough does that";
  if (given === "AUTHORIZATION") return null;
  if (mode === "anonymous") return "it needs a login, and nobody was to log in (--anonymous)";
  return auth === undefined ? "it needs a login, and no user was given" : null;
}

async function resultOf(
  check: ConformanceCheck,
  options: ExaminationOptions,
  facts: ServerFacts,
  connections: Connections,
): Promise<CheckResult> {
  const { id, tag, level, reference, title, effect = null } = check;
  const started = performance.now();
  const reason = forbidden(check, options);
  const ended: Ended =
    reason === null
      ? await twice(check, options, facts, connections)
      : { outcome: "not-tested", finding: reason, transcript: [] };
  return {
    id,
    tag,
    level,
    reference,
    title,
    effect,
    ...ended,
    remedy: ended.outcome === "failed" ? check.remedy : null,
    elapsedMs: Math.round(performance.now() - started),
  };
}

type Ended = Pick<CheckResult, "outcome" | "finding" | "transcript">;

/** Nobody is accused by what an earlier check may have left behind: what failed is tried once more on connections of its own. */
async function twice(
  check: ConformanceCheck,
  options: ExaminationOptions,
  facts: ServerFacts,
  connections: Connections,
): Promise<Ended> {
  const first = await attempt(
    check,
    new Proof(options, facts, connections, check.effect, false),
    connections,
    options.signal,
  );
  if (
    first.outcome === "passed" ||
    first.outcome === "not-tested" ||
    check.effect === "deletes" ||
    check.effect === "wrong-login"
  )
    return first;
  const second = await attempt(
    check,
    new Proof(options, facts, connections, check.effect, true),
    connections,
    options.signal,
  );
  // Another login may not be possible now; then what was seen stands.
  return second.outcome === "not-tested" ? first : second;
}

async function attempt(
  check: ConformanceCheck,
  proof: Proof,
  { secrets }: Connections,
  signal: AbortSignal | undefined,
): Promise<Ended> {
  let transcript: readonly TranscriptLine[] = [];
  let ended: { readonly outcome: CheckResult["outcome"]; readonly finding: string | null };
  try {
    await check.prove(proof);
    ended = { outcome: "passed", finding: null };
  } catch (error) {
    signal?.throwIfAborted();
    const { outcome, finding } = endOf(error);
    ended = { outcome, finding: secrets.masked(finding) };
    if (ended.outcome !== "not-tested") {
      transcript = proof.transcript();
      await proof.spoil({ isSure: outcome === "failed" });
    }
  }
  await proof.over();
  return { ...ended, transcript };
}

/** By name: a check of somebody else's may have been loaded with another copy of this package. */
const OUTCOMES: Readonly<Record<string, CheckResult["outcome"]>> = {
  CheckFailed: "failed",
  NotTested: "not-tested",
  Undecided: "undecided",
  WireFailed: "undecided",
  TransportLost: "undecided",
  // The deadline of a connection or a handshake.
  TimeoutError: "undecided",
};

function endOf(error: unknown): { readonly outcome: CheckResult["outcome"]; readonly finding: string } {
  const outcome = error instanceof Error ? OUTCOMES[error.name] : undefined;
  if (outcome !== undefined) return { outcome, finding: messageOf(error) };
  // One check with a mistake does not cost the report of all others.
  return { outcome: "undecided", finding: `the check itself has a mistake: ${String(error)}` };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function tlsReport({ tls }: ServerFacts): TlsReport | null {
  if (tls === null) return null;
  const { certificate } = tls;
  const day = (ms: number | undefined): string | null =>
    ms === undefined || Number.isNaN(ms) ? null : new Date(ms).toISOString();
  return {
    version: tls.version,
    cipher: tls.cipher,
    alpn: tls.alpn,
    problem: tls.problem,
    subject: certificate?.subject ?? null,
    issuer: certificate?.issuer ?? null,
    names: certificate?.names ?? [],
    validFrom: day(certificate?.validFromMs),
    validTo: day(certificate?.validToMs),
    fingerprint: certificate?.fingerprint ?? null,
  };
}
