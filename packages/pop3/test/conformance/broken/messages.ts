// Messages and listings that break a rule: line ends, stuffing, terminators, octets, numbers and totals.
// The checks are those of `conformance/checks/messages.ts` and `sizes.ts`.
import { answer, type Exchange } from "@postern/pop3/testing";
import type { BrokenServer } from "../subject.js";

const DOTTED = { messages: ["Subject: dot\r\n\r\n.signature\r\n", ".first\r\n\r\nThe header begins so.\r\n"] };

/** In the whole listing alone. */
function listing(change: (text: string) => string): (exchange: Exchange) => string | null {
  return ({ text, params }) => (params === null ? change(text) : null);
}

function isListOfOne({ keyword, params }: Exchange): boolean {
  return keyword === "LIST" && params !== null;
}

export const brokenMessages: readonly BrokenServer[] = [
  {
    check: "message-line-ends",
    faults: [{ fault: "lone-line-feeds", on: "RETR" }],
    finding: /lines of message 1 ended in LF alone/,
  },
  {
    check: "message-stuffing",
    server: DOTTED,
    faults: [{ fault: "unstuffed-dots", on: "RETR" }],
    finding: /message 1 has the line "\.signature" on the wire/,
  },
  {
    // A line of one dot ends the message for whoever reads it.
    check: "message-stuffing",
    faults: [{ fault: "unstuffed-dots", on: "RETR" }],
    finding: /"\.\.two" came where the answer to RETR 2 was due/,
  },
  {
    // As Dovecot 2.3 and Courier: the very first octet of a message alone.
    check: "message-stuffing",
    server: DOTTED,
    faults: [answer("RETR", ({ text }) => text.replace("\r\n..first", "\r\n.first"))],
    finding: /message 2 has the line "\.first" on the wire/,
  },
  {
    check: "message-terminator",
    faults: [{ fault: "doubled-terminator", on: "RETR" }],
    finding: /"\." came behind message 1/,
  },
  {
    check: "message-terminator",
    faults: [{ fault: "missing-terminator", on: "RETR" }],
    examination: { patienceMs: 400 },
    finding: /no line of a dot ended message 1/,
  },
  {
    check: "message-stable",
    faults: [answer("RETR", ({ text, nth }) => (nth > 4 ? text.replace("Subject", "X-Subject") : null))],
    finding: /message 1, fetched again: line 1 is "X-Subject: dots"/,
  },
  {
    check: "message-numbers-refused",
    faults: [
      answer(
        ({ params }) => params === "4294967297",
        () => "+OK\r\nSubject: one\r\n\r\n.\r\n",
      ),
    ],
    finding: /RETR 4294967297 was answered "\+OK"/,
  },
  {
    check: "message-numbers-refused",
    faults: [
      answer(
        ({ keyword, params }) => keyword === "LIST" && params === "5",
        () => "+OK 5 0\r\n",
      ),
    ],
    finding: /LIST 5 was answered "\+OK 5 0"/,
  },
];

export const brokenSizes: readonly BrokenServer[] = [
  {
    check: "message-scan-listing",
    faults: [
      answer(
        "LIST",
        listing((text) => text.replace("\r\n2 ", "\r\n2  ")),
      ),
    ],
    finding: /LIST has the line "2 {2}/,
  },
  {
    check: "message-scan-listing",
    faults: [
      answer(
        "LIST",
        listing((text) => text.replace("\r\n2 ", "\r\n2 about ")),
      ),
    ],
    finding: /LIST has the line "2 about/,
  },
  {
    check: "message-numbers",
    faults: [
      answer(
        "LIST",
        listing((text) => text.replace("\r\n2 ", "\r\n9 ")),
      ),
    ],
    finding: /4 messages are listed, and message 2 is not among them/,
  },
  {
    check: "message-numbers",
    faults: [
      answer(
        "LIST",
        listing((text) => text.replace("\r\n2 ", "\r\n1 ")),
      ),
    ],
    finding: /message 1 is listed twice/,
  },
  {
    check: "message-stat",
    faults: [{ fault: "reply", on: "STAT", text: "+OK 7 100" }],
    finding: /STAT counts 7 messages, and LIST lists 4/,
  },
  {
    check: "message-stat",
    faults: [{ fault: "reply", on: "STAT", text: "+OK four" }],
    finding: /STAT is answered "\+OK four"/,
  },
  {
    check: "message-stat-octets",
    faults: [{ fault: "wrong-sizes", on: "LIST", difference: 2 }],
    finding: /STAT says \d+ octets, and the messages listed have \d+/,
  },
  {
    check: "message-list-one",
    faults: [{ fault: "wrong-sizes", on: isListOfOne, difference: 1 }],
    finding: /LIST 1 is answered "\+OK 1 \d+", and LIST has 1 \d+/,
  },
  {
    // As a server that does not see the argument.
    check: "message-list-one",
    faults: [answer(isListOfOne, () => "+OK 4 messages\r\n")],
    finding: /LIST 1 is answered "\+OK 4 messages"/,
  },
  {
    check: "message-octets",
    faults: [{ fault: "wrong-sizes", difference: -1 }],
    finding: /message 1 is listed with \d+ octets, and RETR sends \d+/,
  },
  {
    check: "message-octets",
    faults: [{ fault: "refused", on: ({ keyword, params }) => keyword === "RETR" && params === "3", text: "gone" }],
    finding: /RETR 3 was refused: -ERR gone/,
  },
  {
    // As a server that counts stuffed dots.
    check: "message-octets",
    faults: [{ fault: "wrong-sizes", on: "LIST", difference: 3, number: 1 }],
    finding: /message 1 is listed with/,
  },
  {
    // As a server that ends every message once more.
    check: "message-octets",
    faults: [answer("RETR", ({ text }) => text.replace(/\r\n\.\r\n$/, "\r\n\r\n.\r\n"))],
    finding: /message 1 is listed with/,
  },
];
