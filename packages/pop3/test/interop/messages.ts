// The messages that servers are filled with: what mail looks like, and what it may look like; the same in every run. Each has a name
// that says what is special about it. Not every server carries every one of them: `delivers` of `servers/server.ts` knows.

const header = (subject: string): string =>
  `From: Ann <ann@example.org>\nTo: bob@example.net\nSubject: ${subject}\nDate: Thu, 1 Jan 2026 12:00:00 +0000\n`;

/** A message with this body, one character an octet. */
const mail = (subject: string, body: string): Uint8Array => raw(`${header(subject)}\n${body}`);

const raw = (latin1: string): Uint8Array => Buffer.from(latin1, "latin1");

/** Every octet but NUL, LF and CR. */
const eightBit = Uint8Array.from(Array.from({ length: 256 }, (_, at) => at).filter((at) => ![0, 10, 13].includes(at)));

/** In the order in which they are filled in. */
export const messages: ReadonlyMap<string, Uint8Array> = new Map<string, Uint8Array>([
  ["plain", mail("plain", "Hello.\n")],
  ["CRLF", raw(`${header("CRLF")}\nHello.\n`.replaceAll("\n", "\r\n"))],
  ["no body", mail("no body", "")],
  ["empty lines", mail("empty lines", "\n\n\n\n")],
  ["no final line end", mail("no final line end", "the end")],
  ["a header alone", raw(header("a header alone"))],
  ["no header", raw("Hello Bob, how are you?\nAnn\n")],
  ["one octet", raw("x")],
  ["no octet", raw("")],
  ["a dot", mail("a dot", ".\n")],
  ["a dot without a line end", mail("a dot without a line end", ".")],
  ["dots that begin lines", mail("dots", ".a\n..\n...\n.. b\n .\na.\n")],
  ["what looks like an end", mail("end", "before\n.\n\n.\n+OK 2 octets\n.\n")],
  ["a dot first of all", raw(`.Odd: header\n${header("a dot first of all")}\nHello.\n`)],
  ["ten thousand dots", mail("dots", ".\n".repeat(10_000))],
  ["8-bit body", raw(`${header("8-bit")}\n${Buffer.from(eightBit).toString("latin1")}\n`)],
  ["UTF-8 header", Buffer.from(`${header("Grüße ☃")}\n☃ größer\n`, "utf8")],
  ["NUL", mail("NUL", "before\0after\n\0\n")],
  ["a lone CR", mail("CR", "before\rafter\n")],
  ["CR CR LF", mail("CR", "before\r\r\nafter\r\r\n")],
  ["a CR at the end", mail("CR", "before\r")],
  ["a line of 100,000 octets", mail("long", `${"x".repeat(100_000)}\nshort\n`)],
  ["a line of 100,000 dots", mail("dots", `${".".repeat(100_000)}\nshort\n`)],
  ["a header line of 900 octets", mail("s".repeat(900), "Hello.\n")],
  ["folded header lines", raw(`Subject: folded\n once\n\ttwice\n${"X-Filler: x\n".repeat(200)}\nHello.\n`)],
  ["blanks at the ends of lines", mail("blanks ", "a \nb\t\n \n\t\n-- \nAnn\n")],
  ["From lines", mail("From", "From ann@example.org Thu Jan  1 12:00:00 2026\n\nFrom here\n>From there\n")],
  ["2 MiB", mail("2 MiB", "A line of sixty-four octets, which is how long lines often are.\n".repeat(32_768))],
  ["the last one", mail("the last one", "Bye.\n")],
]);
