// Line ends of messages: as POP3 sends them and as Unix keeps them; and what else becomes of a message that several servers send.
// Knows no server.

/** RFC 1939 §3: every line ends with CRLF, the last one too. A CR alone is an octet like any other; an empty message stays so. */
export function canonical(message: Uint8Array): Uint8Array {
  const text = latin1(message).replaceAll(/(?<!\r)\n/g, "\r\n");
  return octets(text === "" || text.endsWith("\r\n") ? text : `${text}\r\n`);
}

/** As files of Unix have it: each CRLF is an LF. */
export function withLf(message: Uint8Array): Uint8Array {
  return octets(latin1(message).replaceAll("\r\n", "\n"));
}

/** What a server makes of such a file to whom every LF is the end of a line, whatever is before it. An empty one is an empty line. */
export function fromLf(file: Uint8Array): Uint8Array {
  const text = latin1(file);
  return octets((text.endsWith("\n") ? text : `${text}\n`).replaceAll("\n", "\r\n"));
}

/**
 * What arrives from a server that forgets to stuff a dot where it is the very first octet of a message (RFC 1939 §3). Null where
 * the dot is a whole line, and so the end of the response.
 */
export function withFirstDotLost(message: Uint8Array): Uint8Array | null {
  const text = latin1(message);
  if (text.startsWith(".\r\n")) return null;
  return octets(text.startsWith(".") ? text.slice(1) : text);
}

/** One character an octet. */
export function latin1(octets: Uint8Array): string {
  return Buffer.from(octets).toString("latin1");
}

export function octets(latin1: string): Uint8Array {
  return Buffer.from(latin1, "latin1");
}
