// Dialogs as text: lines `C: …` that a client sends and `S: …` that a server must answer. Checks and tests are written in it.
// Here they are only read; running them is for `testing/`.
//
//   C: TOP 1 0        a line to send, CRLF added; \r \n \0 \\ and \xHH stand for octets
//   C- STAT\r\n       octets to send as they are, no CRLF added
//   S: +OK *          a line to get; `*` stands for any characters, `\*` for an asterisk, \xHH for an octet
//   S: ...            any lines, up to the one that the next `S:` names
//   S: <closed>       the server closes the connection
//   # …               a remark

/** One step of a dialog. */
export type DialogStep =
  | { readonly kind: "send"; readonly octets: string; readonly line: number }
  | { readonly kind: "expect"; readonly pattern: RegExp; readonly text: string; readonly line: number }
  | { readonly kind: "expect-any-lines"; readonly line: number }
  | { readonly kind: "expect-close"; readonly line: number };

/** How a dialog is read. */
export interface DialogReading {
  /** Lines to get that are no first line of a reply may come in any case, as the tags of capabilities do (RFC 2449 §5). */
  readonly tagsInAnyCase?: boolean;
}

/** Reads a dialog. Throws a `SyntaxError` with the line's number. */
export function parseDialog(text: string, { tagsInAnyCase = false }: DialogReading = {}): readonly DialogStep[] {
  const steps: DialogStep[] = [];
  for (const [index, raw] of text.split("\n").entries()) {
    const line = index + 1;
    const content = raw.trim();
    if (content === "" || content.startsWith("#")) continue;
    const [, mark, rest = ""] = /^(C:|C-|S:) ?(.*)$/.exec(content) ?? [];
    if (mark === undefined)
      throw new SyntaxError(`dialog line ${line}: expected C:, C-, S: or #, found ${JSON.stringify(content)}`);
    if (mark === "C:") steps.push({ kind: "send", octets: `${unescape(rest)}\r\n`, line });
    else if (mark === "C-") steps.push({ kind: "send", octets: unescape(rest), line });
    else if (rest === "...") steps.push({ kind: "expect-any-lines", line });
    else if (rest === "<closed>") steps.push({ kind: "expect-close", line });
    else {
      const anyCase = tagsInAnyCase && !/^[+-]/.test(rest);
      steps.push({ kind: "expect", pattern: linePattern(rest, anyCase), text: rest, line });
    }
  }
  return steps;
}

const ESCAPES: Readonly<Record<string, string>> = { r: "\r", n: "\n", "0": "\0", "\\": "\\" };

function unescape(text: string): string {
  return text.replaceAll(
    /\\(?:x([0-9A-Fa-f]{2})|(.))/g,
    (whole, hex: string | undefined, letter: string | undefined) =>
      hex === undefined ? (ESCAPES[letter ?? ""] ?? whole) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function linePattern(text: string, anyCase: boolean): RegExp {
  const source = text.replaceAll(/\\x[0-9A-Fa-f]{2}|\\\*|\*|[.+?^${}()|[\]\\]/g, (found) => {
    if (found === "*") return ".*";
    // `\*` and `\xHH` mean the same in a regular expression.
    return found.length > 1 ? found : `\\${found}`;
  });
  return new RegExp(`^${source}$`, anyCase ? "si" : "s");
}
