// What must arrive of a message, worked out without the server's encoder and in another manner, so that a mistake there
// cannot hide here; and a sentence about the first octet that differs.

/** RFC 1939 §3: every line ends with CRLF. A lone CR stays; a message without a final line end gets one; an empty one stays. */
export function canonical(octets: Buffer): Buffer {
  const text = octets.toString("latin1").replaceAll(/(?<!\r)\n/g, "\r\n");
  return Buffer.from(text === "" || text.endsWith("\r\n") ? text : `${text}\r\n`, "latin1");
}

/** Null where both are the same. */
export function difference(expected: Buffer, received: Buffer): string | null {
  if (expected.equals(received)) return null;
  let at = 0;
  while (at < expected.length && expected[at] === received[at]) at += 1;
  const around = (octets: Buffer): string =>
    JSON.stringify(octets.subarray(Math.max(0, at - 20), at + 40).toString("latin1"));
  return (
    `differs at octet ${at}: ${expected.length} octets with ${around(expected)} were sent, ` +
    `${received.length} with ${around(received)} arrived`
  );
}
