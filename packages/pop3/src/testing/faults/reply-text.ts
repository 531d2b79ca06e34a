// A reply taken apart for faults that change a part of it, and lines put together to a reply. One character an octet.
// Knows no command: whether a reply has a body is seen from its end.

/** The first line, and the lines of the body as they cross the wire: stuffed, without the terminator. All without line ends. */
export interface MultiLine {
  readonly first: string;
  readonly body: readonly string[];
}

/** Null for a reply of one line. */
export function multiLineOf(text: string): MultiLine | null {
  if (!text.startsWith("+OK") || !text.endsWith("\r\n.\r\n")) return null;
  const [first = "", ...body] = text.slice(0, -"\r\n.\r\n".length).split("\r\n");
  return { first, body };
}

export function wireOf({ first, body }: MultiLine): string {
  return [first, ...body, ".", ""].join("\r\n");
}

/** A multi-line reply: the status line, and the lines of its body not yet stuffed. Terminator and line ends are added. */
export function multiLine(first: string, body: readonly string[]): string {
  return wireOf({ first, body: body.map((line) => (line.startsWith(".") ? `.${line}` : line)) });
}
