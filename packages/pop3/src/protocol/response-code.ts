// Response codes in the text of a reply: `[` level *(`/` level) `]` (RFC 2449 §3 and §8). Which codes exist is not known here.
// Declarations bring them, `registry/registry.ts` picks one for the cause of a failure, `reply.ts` puts it on the line.

/** `resp-level *("/" resp-level)`; a level holds printable characters without `/` and `]` (RFC 2449 §3). */
export function isResponseCode(text: string): boolean {
  return /^[!-.0-\\^-~]+(\/[!-.0-\\^-~]+)*$/.test(text);
}

/** A reply's text taken apart. */
export interface CodedText {
  /** The complete code as sent, or null where the text does not begin with a well-formed one. */
  readonly code: string | null;
  /** What a person is meant to read. */
  readonly text: string;
}

/** Takes a leading response code off a reply's text. */
export function parseCodedText(text: string): CodedText {
  const end = text.startsWith("[") ? text.indexOf("]") : -1;
  if (end === -1) return { code: null, text };
  const code = text.slice(1, end);
  if (!isResponseCode(code)) return { code: null, text };
  return { code, text: text.slice(end + 1).trimStart() };
}

/**
 * The known code that a received one means: equal to it, or the longest that it refines. Levels are compared without regard to case,
 * and unknown further detail is ignored (RFC 2449 §8); null where not even the first level is known.
 */
export function knownResponseCode(received: string, known: Iterable<string>): string | null {
  const levels = received.toUpperCase().split("/");
  let best: string | null = null;
  let bestDepth = 0;
  for (const code of known) {
    const candidate = code.toUpperCase().split("/");
    if (candidate.length <= bestDepth || candidate.length > levels.length) continue;
    if (candidate.every((level, depth) => level === levels[depth])) {
      best = code;
      bestDepth = candidate.length;
    }
  }
  return best;
}
