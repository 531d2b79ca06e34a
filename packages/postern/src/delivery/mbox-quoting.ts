// Takes the quoting of an mbox away: a line that is `From ` behind one or more `>` loses one of them. Incremental, any
// line length, no memory of the message. Knows no separators.

const LF = 0x0a;
const from = Buffer.from("From ");
const GT = 0x3e;
const quote = Buffer.of(GT);

// Where in a line the next octet is.
const LINE_START = 0;
const IN_QUOTES = 1;
const IN_FROM = 2;
const IN_LINE = 3;

/** Un-quotes one message's octets as they come (the form called mboxrd, of which mboxo is the case of one `>`). */
export async function* unquoted(octets: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let state = LINE_START;
  let matched = 0;
  for await (const piece of octets) {
    // One `>` of a line's quotes is held back until it is known whether `From ` follows; it does not matter which one,
    // they are all alike. `start` is where the octets begin that can go on as they are.
    let start = 0;
    let at = 0;
    while (at < piece.length) {
      const octet = piece[at]!;
      if (state === LINE_START && octet === GT) {
        if (at > start) yield piece.subarray(start, at);
        start = ++at;
        state = IN_QUOTES;
      } else if (state === IN_QUOTES && octet === GT) {
        at++;
      } else if (state === IN_QUOTES && octet === from[0]) {
        if (at > start) yield piece.subarray(start, at);
        start = ++at;
        matched = 1;
        state = IN_FROM;
      } else if (state === IN_FROM && octet === from[matched]) {
        start = ++at;
        matched++;
        if (matched === from.length) {
          yield from;
          state = IN_LINE;
        }
      } else {
        if (state === IN_QUOTES) {
          if (at > start) yield piece.subarray(start, at);
          start = at;
          yield quote;
        } else if (state === IN_FROM) {
          yield quote;
          yield from.subarray(0, matched);
        }
        const lineFeed = piece.indexOf(LF, at);
        at = lineFeed === -1 ? piece.length : lineFeed + 1;
        state = lineFeed === -1 ? IN_LINE : LINE_START;
      }
    }
    if (piece.length > start) yield piece.subarray(start);
  }
  if (state === IN_QUOTES || state === IN_FROM) yield quote;
  if (state === IN_FROM) yield from.subarray(0, matched);
}
