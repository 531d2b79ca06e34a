// The messages that every client has to carry: what mail looks like, and what it may look like. Made here, the same in every
// run. Each has a name that says what is special about it.
const latin1 = (content: string): Buffer => Buffer.from(content, "latin1");

const header = (subject: string): string =>
  `From: Ann <ann@example.org>\nTo: bob@example.net\nSubject: ${subject}\nDate: Thu, 1 Jan 2026 12:00:00 +0000\n`;

const plain = (subject: string, body: string): Buffer => latin1(`${header(subject)}\n${body}`);

/** Lines of 64 octets that look random and are the same in every run. */
function filler(octets: number): string {
  const line: string[] = [];
  let state = 1;
  for (let count = 0; count < octets / 64; count += 1) {
    state = (state * 48_271) % 2_147_483_647;
    line.push(state.toString(36).padEnd(7, ".").repeat(9));
  }
  return `${line.join("\n")}\n`;
}

/** Every octet but NUL, CR and LF, in lines. */
const eightBit = Buffer.from(Array.from({ length: 256 }, (_, at) => at).filter((at) => ![0, 10, 13].includes(at)));

/** In the order in which they are in the maildrop. */
export const messages: ReadonlyMap<string, Buffer> = new Map(
  Object.entries({
    "plain, LF": plain("plain", "Hello.\n"),
    "plain, CRLF": latin1(`${header("plain")}\nHello.\n`.replaceAll("\n", "\r\n")),
    "line ends of both kinds": latin1("Subject: both\r\nFrom: ann@example.org\n\r\nLF\nCRLF\r\nLF\n"),
    "empty body": plain("empty body", ""),
    "a body of one empty line": plain("empty line", "\n"),
    "a body of empty lines": plain("empty lines", "\n\n\n\n\n\n"),
    "no final line end": plain("no final line end", "the end"),
    "header without an empty line": latin1(header("header only")),
    "header without an empty line and line end": latin1("Subject: header only"),
    "no header": latin1("Hello Bob, how are you?\nAnn\n"),
    "no header, an empty line first": latin1("\nHello Bob, how are you?\nAnn\n"),
    "one octet": latin1("x"),
    "one line end": latin1("\n"),
    "no octet": latin1(""),
    "a dot": plain("dot", ".\n"),
    "a dot without a line end": plain("dot", "."),
    "dots that begin lines": plain("dots", ".a\n..\n...\n.. b\n .\na.\n"),
    "a lone dot in the midst": plain("dot", "before\n.\nafter\n\n.\n\n"),
    "what looks like an end": plain("end", "before\n.\n\n.\n+OK 2 octets\n.\n"),
    "twenty thousand dots": plain("dots", ".\n".repeat(20_000)),
    "a dot in the header": latin1(`.Odd: header\n${header("dotted header")}\nHello.\n`),
    "8-bit body": Buffer.concat([plain("8-bit", ""), eightBit, latin1("\n")]),
    "8-bit header": plain("Gr\xfc\xdfe", "Hello.\n"),
    "UTF-8": Buffer.from(`${header("Grüße ☃")}\n☃ 📧 größer\n`, "utf8"),
    "a NUL": plain("NUL", "before\0after\n"),
    "lines of NUL": plain("NUL", "\0\n\0\0\0\nafter\n"),
    "a lone CR": plain("CR", "before\rafter\n"),
    "CR CR LF": plain("CR", "before\r\r\nafter\r\r\n"),
    "a CR at the end": plain("CR", "before\r"),
    "a line of 998 octets": plain("long", `${"x".repeat(998)}\nshort\n`),
    "a line of 100,000 octets": plain("long", `${"x".repeat(100_000)}\nshort\n`),
    "a line of 100,000 dots": plain("dots", `${".".repeat(100_000)}\nshort\n`),
    "a header line of 900 octets": plain("s".repeat(900), "Hello.\n"),
    "folded header lines": latin1(`Subject: folded\n once\n\ttwice\n${"X-Filler: x\n".repeat(200)}\nHello.\n`),
    "blanks at the ends of lines": plain("blanks ", "a \nb\t\n \n\t\n-- \nAnn\n"),
    "From lines": plain("From", "From ann@example.org Thu Jan  1 12:00:00 2026\n\nFrom here\n>From there\n"),
    "fields of mail programs": latin1(
      `Return-Path: <ann@example.org>\nDelivered-To: bob@example.net\nReceived: by x; Thu, 1 Jan 2026 12:00:00 +0000\n` +
        `Status: RO\nX-Status: A\nX-UIDL: 1\nContent-Length: 3\nLines: 1\nX-Keywords: a\n${header("fields")}\nHello.\n`,
    ),
    "a multipart": latin1(
      `${header("parts")}MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="."\n\npreamble\n--.\n\none\n--.\n` +
        "Content-Type: text/html\n\n<p>two\n--.--\nepilogue\n",
    ),
    "64 KiB": plain("64 KiB", filler(65_536)),
    "5 MiB": plain("5 MiB", filler(5 * 1024 * 1024)),
    "the last one": plain("the last one", "Bye.\n"),
  }),
);
