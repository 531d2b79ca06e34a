// The tokens of a structured header field (RFC 5322 §3.2, RFC 2045 §5.1), of well-formed fields and of all others: an
// unterminated quotation runs to the end. Knows no field; UTF-8 characters are text like any other (RFC 6532 §3.2).

export interface HeaderToken {
  readonly kind: "text" | "space" | "quoted" | "comment" | "literal" | "special";
  /** As it stands in the field, delimiters included. */
  readonly raw: string;
}

/** What a field's grammar gives a meaning. */
export interface HeaderGrammar {
  /** Characters that are tokens by themselves. */
  readonly specials: string;
  readonly comments: boolean;
  /** Domain literals: `[…]`. */
  readonly literals: boolean;
}

/** The tokens of an unfolded value, in time proportional to its length. */
export function headerTokens(value: string, grammar: HeaderGrammar): HeaderToken[] {
  const tokens: HeaderToken[] = [];
  let at = 0;
  while (at < value.length) {
    const kind = kindAt(value, at, grammar);
    const end = kind === "special" ? at + 1 : endOf(value, at, kind, grammar);
    tokens.push({ kind, raw: value.slice(at, end) });
    at = end;
  }
  return tokens;
}

/** What a quoted-string, a comment or text says. */
export function contentOf({ kind, raw }: HeaderToken): string {
  if (kind !== "quoted" && kind !== "comment") return raw;
  let text = "";
  for (let at = 1; at < raw.length; at++) {
    if (raw[at] === "\\" && at + 1 < raw.length) text += raw[++at];
    else if (at < raw.length - 1 || raw[at] !== (kind === "quoted" ? '"' : ")")) text += raw[at];
  }
  return text;
}

function kindAt(value: string, at: number, { specials, comments, literals }: HeaderGrammar): HeaderToken["kind"] {
  const character = value[at]!;
  if (character === " " || character === "\t") return "space";
  if (character === '"') return "quoted";
  if (character === "(" && comments) return "comment";
  if (character === "[" && literals) return "literal";
  return specials.includes(character) ? "special" : "text";
}

function endOf(value: string, start: number, kind: HeaderToken["kind"], grammar: HeaderGrammar): number {
  let at = start + 1;
  if (kind === "text" || kind === "space") {
    while (at < value.length && kindAt(value, at, grammar) === kind) at++;
    return at;
  }
  const close = kind === "quoted" ? '"' : kind === "comment" ? ")" : "]";
  let depth = 1;
  for (; at < value.length; at++) {
    if (value[at] === "\\") at++;
    else if (value[at] === close && --depth === 0) return at + 1;
    else if (kind === "comment" && value[at] === "(") depth++;
  }
  return value.length;
}
