// Servers whose TOP is no beginning of RETR, and whose unique-ids are no unique-ids.
// The checks are those of `conformance/checks/top.ts` and `uidl.ts`.
import { answer } from "@postern/pop3/testing";
import type { BrokenServer } from "../subject.js";

export const brokenTops: readonly BrokenServer[] = [
  {
    check: "top-header",
    faults: [answer("TOP", ({ text }) => text.replace(/\r\n\.\r\n$/, "\r\nof the body\r\n.\r\n"))],
    finding: /TOP 1 0: line 3 is "of the body", and missing was due, and 1 line too many came/,
  },
  {
    check: "top-header",
    faults: [answer("TOP", ({ text }) => text.replace(/X-Long: x+/, "X-Long: x"))],
    finding: /TOP 2 0: line 2 is "X-Long: x"/,
  },
  {
    check: "top-lines",
    faults: [answer("TOP", ({ text, params }) => (params === "2 1" ? text.replace("body of two\r\n", "") : null))],
    finding: /TOP 2 1: line 4 is missing, and "body of two" was due/,
  },
  {
    check: "top-whole",
    faults: [answer("TOP", ({ text }) => text.replace("line 3\r\n", ""))],
    finding: /TOP 2 3: line 6 is missing, and "line 3" was due/,
  },
  {
    check: "top-stuffing",
    server: { messages: ["Subject: dot\r\n\r\n.signature\r\n"] },
    faults: [{ fault: "unstuffed-dots", on: "TOP" }],
    finding: /TOP 1 999999 has the line "\.signature" on the wire/,
  },
  {
    check: "top-deleted",
    faults: [
      answer(
        ({ keyword, params }) => keyword === "TOP" && params === "4 0",
        () => "+OK\r\nSubject: x\r\n\r\n.\r\n",
      ),
    ],
    finding: /TOP 4 0 was answered "\+OK"/,
  },
  {
    check: "top-deleted",
    faults: [
      answer(
        ({ keyword, params }) => keyword === "TOP" && params === "5 0",
        () => "+OK\r\n.\r\n",
      ),
    ],
    finding: /TOP 5 0 was answered "\+OK"/,
  },
];

export const brokenUniqueIds: readonly BrokenServer[] = [
  {
    check: "uidl-grammar",
    faults: [{ fault: "doubled-unique-ids", uniqueId: "x".repeat(71), numbers: [2] }],
    finding: /UIDL has the line "2 xxx.*: 71 characters/,
  },
  {
    check: "uidl-grammar",
    faults: [answer("UIDL", ({ text }) => text.replace("message-2", "message-2 more"))],
    finding: /UIDL has the line "2 message-2 more"/,
  },
  {
    check: "uidl-every-message",
    faults: [answer("UIDL", ({ text }) => text.replace("2 message-2\r\n", ""))],
    finding: /UIDL does not list message 2, and LIST does/,
  },
  {
    check: "uidl-every-message",
    faults: [answer("UIDL", ({ text }) => text.replace("2 message-2\r\n", "1 message-2\r\n"))],
    finding: /UIDL lists message 1 twice/,
  },
  {
    check: "uidl-every-message",
    faults: [answer("UIDL", ({ text }) => text.replace("\r\n.\r\n", "\r\n9 message-9\r\n.\r\n"))],
    finding: /UIDL lists message 9, and LIST does not/,
  },
  {
    // As Twisted once did.
    check: "uidl-number",
    faults: [answer("UIDL", ({ text, params }) => (params === null ? null : text.replace(/\+OK \d+ /, "+OK ")))],
    finding: /UIDL 1 is answered "\+OK message-1", and UIDL has "message-1"/,
  },
  {
    check: "uidl-unknown",
    faults: [
      answer(
        ({ keyword, params }) => keyword === "UIDL" && params === "5",
        () => "+OK 5 other\r\n",
      ),
    ],
    finding: /UIDL 5 was answered "\+OK 5 other"/,
  },
  {
    check: "uidl-unique",
    faults: [{ fault: "doubled-unique-ids", numbers: [2, 3] }],
    finding: /messages 2 and 3 have the same unique-id, and not the same octets/,
  },
  {
    check: "uidl-unique",
    server: { messages: ["Subject: one\r\n\r\na\r\n", "Subject: one\r\n\r\nb\r\n"] },
    faults: [{ fault: "doubled-unique-ids" }],
    finding: /messages 1 and 2 have the same unique-id, and are no copies of one/,
  },
  {
    check: "uidl-deleted-not-listed",
    faults: [answer("UIDL", ({ text, nth }) => (nth > 1 ? text.replace("\r\n", "\r\n1 message-1\r\n") : null))],
    finding: /UIDL with message 1 marked: line 1 is "1 message-1", and "2 .*" was due/,
  },
  {
    check: "uidl-stable",
    faults: [{ fault: "changed-unique-ids" }],
    finding: /another session does not have message 1, "\d+-message-1", nor 3 other/,
  },
];
