// Servers that hide too much or too little of what is marked, and delete too much, too little or too early.
// The checks are those of `conformance/checks/marks.ts` and `deletion.ts`.
import { answer } from "@postern/pop3/testing";
import type { BrokenServer } from "../subject.js";

/** As a server that numbers anew what is left. */
function renumbered(text: string): string {
  let number = 0;
  return text.replaceAll(/^\d+ (?=\d+\r$)/gm, () => `${++number} `);
}

export const brokenMarks: readonly BrokenServer[] = [
  {
    check: "dele-not-counted",
    faults: [{ fault: "reply", on: "STAT", text: "+OK 4 4096" }],
    finding: /STAT says 4 4096 with a message of \d+ octets marked, and said 4 4096 before/,
  },
  {
    check: "dele-not-listed",
    faults: [answer("LIST", ({ text, params }) => (params === null ? renumbered(text) : null))],
    finding: /LIST with message 1 marked: line 1 is "1 \d+", and "2 \d+" was due/,
  },
  {
    check: "dele-not-listed",
    faults: [answer("LIST", ({ text, nth }) => (nth > 2 ? text.replace("\r\n", "\r\n1 20\r\n") : null))],
    finding: /LIST with message 1 marked: line 1 is "1 20", and "2 \d+" was due/,
  },
  {
    check: "rset-restores",
    faults: [{ fault: "reply", on: "RSET", text: "+OK", carriedOut: false }],
    finding: /STAT says 3 \d+ behind RSET, and said 4 \d+ before DELE/,
  },
  {
    check: "rset-restores",
    faults: [{ fault: "refused", on: "RSET" }],
    finding: /RSET was answered "-ERR/,
  },
  {
    check: "dele-unknown",
    faults: [
      answer(
        ({ keyword, params }) => keyword === "DELE" && params === "5",
        () => "+OK\r\n",
      ),
    ],
    finding: /DELE 5 was answered "\+OK"/,
  },
];

export const brokenDeletions: readonly BrokenServer[] = [
  {
    check: "quit-after-rset",
    faults: [{ fault: "early-deletion" }],
    finding: /message 2, "message-2", is gone behind DELE, RSET and QUIT/,
  },
  {
    check: "dele-dropped",
    faults: [{ fault: "early-deletion" }],
    finding: /message 2, "message-2", is gone behind DELE and a connection that was closed without QUIT/,
  },
  {
    check: "dele-dropped",
    server: { enabled: ["USER", "PIPELINING"] },
    faults: [{ fault: "early-deletion" }],
    finding: /message 2, of \d+ octets, is gone/,
  },
  {
    check: "quit-deletes",
    faults: [{ fault: "uncommitted-deletion" }],
    finding: /message 2, "message-2", is still there behind DELE and QUIT/,
  },
  {
    check: "quit-deletes",
    faults: [
      answer("DELE", ({ deletesEarly }) => {
        deletesEarly(3);
        return null;
      }),
    ],
    finding: /message 3, "message-3", is gone behind DELE of another and QUIT/,
  },
  {
    check: "quit-deletes",
    faults: [{ fault: "wrong-sizes", on: "LIST", session: 2, difference: 5 }],
    finding: /"message-1", has other octets than before/,
  },
];
