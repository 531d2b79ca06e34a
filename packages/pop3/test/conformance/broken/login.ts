// Servers that let people in, or turn them away, as they must not. The checks are those of `conformance/checks/login.ts`, and of the
// declarations of USER, APOP and AUTH-RESP-CODE.
import { answer, type Fault } from "@postern/pop3/testing";
import { ALICE, type BrokenServer } from "../subject.js";

/** Behind the examination's first connection and its session come the logins of a check, one on each connection. */
const FIRST = 3;

function refused(text: string, session: number): Fault {
  return { ...answer("AUTH", () => `-ERR ${text}\r\n`), session };
}

export const brokenLogins: readonly BrokenServer[] = [
  { check: "user-unknown-name", faults: [answer("USER", "-ERR no such user")], finding: /-ERR no such user/ },
  { check: "user-pass-needs-user", faults: [answer("PASS", "+OK")], finding: /\+OK/ },
  {
    check: "user-not-after-login",
    faults: [answer("USER", ({ user, text }) => (user === null ? text : "+OK again\r\n"))],
    finding: /\+OK again/,
  },
  { check: "apop-not-after-login", faults: [answer("APOP", "+OK again")], finding: /\+OK again/ },
  {
    check: "auth-resp-code-announced",
    faults: [{ fault: "capabilities", remove: ["RESP-CODES"] }],
    finding: /RESP-CODES/,
  },
  { check: "auth-resp-code-on-failure", faults: [answer("PASS", "-ERR wrong")], finding: /-ERR wrong/ },
  {
    check: "login-apop-understood",
    faults: [answer(["APOP", "XPOP"], "-ERR unknown command")],
    server: { sharedSecrets: true },
    finding: /has a timestamp, and APOP was answered -ERR unknown command/,
  },
  {
    check: "login-by-every-mechanism",
    faults: [
      answer("AUTH", ({ params, text }) => (params?.startsWith("PLAIN ") === true ? "-ERR [AUTH] no\r\n" : text)),
    ],
    finding: /by PLAIN was refused: -ERR \[AUTH\] no/,
  },
  {
    check: "login-by-every-mechanism",
    faults: [{ fault: "custom", on: "AUTH", carriedOut: false, play: () => "+OK come in\r\n" }],
    examination: { auth: { ...ALICE, methods: ["USER"] } },
    finding: /by SCRAM-SHA-256-PLUS: the server/,
  },
  {
    check: "login-refusal-code",
    faults: [refused("wrong", FIRST)],
    finding: /of nobody by AUTH PLAIN was answered -ERR wrong/,
  },
  {
    check: "login-refusal-code",
    faults: [refused("wrong", FIRST + 1)],
    finding: /of the user by AUTH PLAIN was answered -ERR wrong/,
  },
  {
    check: "login-refusal-code",
    faults: [answer("PASS", "-ERR wrong")],
    server: { mechanisms: ["SCRAM-SHA-256"] },
    finding: /of the user by PASS was answered -ERR wrong/,
  },
  {
    check: "login-names-untold",
    faults: [refused("[AUTH] there is no nobody-of-this-name", FIRST)],
    finding: /the password is wrong; a name that does not exist, -ERR \[AUTH\] there is no/,
  },
  {
    check: "login-names-untold",
    faults: [{ ...answer("AUTH", () => "+OK come in\r\n"), session: FIRST }],
    finding: /a wrong password of nobody-of-this-name was taken/,
  },
];
