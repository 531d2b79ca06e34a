// Text that others chose, made fit for a terminal and a log: names of files and accounts may hold control characters.
// For showing only: it loses what it replaces, so no octets of a message and no name that is looked up later go through it.

/** The text in one line, with `?` for every control character. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}|[\u2028\u2029]/gu, "?");
}
