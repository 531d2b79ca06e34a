// Servers that do not let go at QUIT, and servers that let two sessions into one maildrop.
// The checks are those of `conformance/checks/session.ts`.
import { answer } from "@postern/pop3/testing";
import type { BrokenServer } from "../subject.js";

/** USER and PASS alone, so that a fault has one command to aim at. */
const PASSWORDS = { enabled: ["USER", "UIDL", "TOP", "RESP-CODES"] };

const STAYS_OPEN: BrokenServer["faults"] = [{ fault: "reply", on: "QUIT", text: "+OK", carriedOut: false }];

/** Every second session, in the first attempt and in the one after it; session 1 is that before login. */
const SECOND = [3, 5];

const TALKS_ON: BrokenServer["faults"] = [answer("QUIT", ({ text }) => `${text}+OK again\r\n`)];

export const brokenSessions: readonly BrokenServer[] = [
  { check: "quit-before-login", faults: [{ fault: "refused", on: "QUIT" }], finding: /QUIT was answered "-ERR/ },
  {
    check: "quit-before-login",
    faults: STAYS_OPEN,
    examination: { patienceMs: 300 },
    finding: /stays open behind QUIT/,
  },
  { check: "quit-before-login", faults: TALKS_ON, finding: /"\+OK again" came behind the answer to QUIT/ },
  {
    check: "quit-after-login",
    faults: STAYS_OPEN,
    examination: { patienceMs: 300 },
    finding: /stays open behind QUIT/,
  },
  { check: "quit-after-login", faults: TALKS_ON, finding: /"\+OK again" came behind the answer to QUIT/ },
  {
    check: "quit-releases",
    server: PASSWORDS,
    faults: [{ fault: "refused", on: "PASS", session: SECOND, code: "IN-USE" }],
    finding: /the login behind QUIT was refused: "-ERR \[IN-USE\]/,
  },
  {
    check: "in-use-refused",
    server: PASSWORDS,
    faults: [{ fault: "reply", on: "PASS", session: SECOND, text: "+OK" }],
    finding: /a second session was let in while one was open/,
  },
  {
    check: "in-use-code",
    server: PASSWORDS,
    faults: [{ fault: "refused", on: "PASS", session: SECOND, text: "locked" }],
    finding: /the second login was refused by "-ERR locked"/,
  },
  {
    check: "in-use-messages-stay",
    server: PASSWORDS,
    faults: [
      { fault: "reply", on: ["PASS", "DELE", "QUIT"], session: 3, text: "+OK" },
      answer(
        ({ keyword, session }) => session === 3 && (keyword === "LIST" || keyword === "UIDL"),
        ({ keyword }) =>
          ["+OK", ...[1, 2, 3, 4].map((n) => `${n} ${keyword === "LIST" ? 100 : `message-${n}`}`), ".", ""].join(
            "\r\n",
          ),
      ),
      { fault: "refused", on: "RETR", session: 2, text: "gone" },
    ],
    finding: /was deleted in a second session, and in the first RETR \d was refused: -ERR gone/,
  },
];
