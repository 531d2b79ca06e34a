// One question to a peer, with a deadline of its own: a silent one costs its time and no more. And how failures read.
// Knows no protocol, and shows nothing that a peer wrote.

/** For how long is waited. */
export interface Patience {
  /** Ends everything. */
  readonly signal: AbortSignal;
  /** For one question. */
  readonly deadlineMs: number;
}

/** What came of a question that may have no answer. */
export type Answer<T> = { readonly outcome: "found"; readonly value: T } | Unanswered;

export interface Unanswered {
  readonly outcome: "nothing" | "failed";
  readonly detail: string;
}

/** No answer in time. */
class Late extends Error {
  override readonly name = "Late";
}

/**
 * Asks one question within the deadline. What it throws becomes an answer, as `explain` puts it; `signal` is for this question alone.
 * Throws only when the whole inquiry was aborted.
 */
export async function ask<T>(
  { signal, deadlineMs }: Patience,
  question: (signal: AbortSignal) => Promise<Answer<T>>,
  explain: (error: unknown) => Unanswered,
): Promise<Answer<T>> {
  signal.throwIfAborted();
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Late()), deadlineMs);
  const both = AbortSignal.any([signal, late.signal]);
  try {
    return await Promise.race([question(both), aborted(both)]);
  } catch (error) {
    signal.throwIfAborted();
    // Whatever the question makes of an abort, this one was the deadline's.
    if (late.signal.aborted) return { outcome: "failed", detail: `no answer within ${deadlineMs / 1000} seconds` };
    return explain(error);
  } finally {
    clearTimeout(timer);
  }
}

/** For those who do not look at the signal. */
async function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}

/** Why a connection failed, in words that hold nothing of the peer's. */
export function explainConnection(error: unknown): Unanswered {
  const code = codeOf(error);
  if (code === "ENOTFOUND") return { outcome: "nothing", detail: "there is no such host" };
  if (code === "ECONNREFUSED") return { outcome: "nothing", detail: "nobody listens there" };
  if (/CERT|SIGNATURE|ISSUER|ALTNAME/.test(code))
    return { outcome: "failed", detail: `its certificate is not valid for this name (${code})` };
  return { outcome: "failed", detail: `no connection (${code})` };
}

/** The code of a system's or a library's error, or of its cause. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  for (const one of [error, error.cause]) {
    const code = (one as { readonly code?: unknown } | undefined)?.code;
    if (typeof code === "string" && /^[A-Z0-9_]{1,64}$/.test(code)) return code;
  }
  return "unknown";
}
