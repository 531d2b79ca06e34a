// Servers that do not keep what STLS promises. The checks are those of `conformance/checks/stls.ts` and of the declaration of STLS.
// What is wrong with TLS itself is in `tls.ts`.
import { answer } from "@postern/pop3/testing";
import type { BrokenServer } from "../subject.js";

const inTheClear = { tls: "none" } as const;

/** The connections of a check's two attempts: the first one is that of the examination itself. */
const attempts = { session: [2, 3] };

export const brokenStls: readonly BrokenServer[] = [
  {
    check: "stls-announced",
    // Listed on the first connection alone.
    faults: [{ fault: "capabilities", remove: ["STLS"], ...attempts }],
    finding: /STLS/,
  },
  {
    check: "stls-not-after-login",
    faults: [answer("STLS", "+OK never mind")],
    examination: inTheClear,
    finding: /\+OK/,
  },
  {
    check: "stls-not-twice",
    faults: [answer("STLS", ({ secure, text }) => (secure ? "+OK once more\r\n" : text))],
    finding: /\+OK once more/,
  },
  { check: "stls-begins", faults: [{ fault: "refused", on: "STLS" }], finding: /-ERR/ },
  {
    check: "stls-begins",
    faults: [{ fault: "handshake", how: "garbage", ...attempts }],
    finding: /answered by \+OK, and then/,
  },
  {
    check: "stls-begins",
    faults: [{ fault: "handshake", how: "close", ...attempts }],
    finding: /answered by \+OK, and then/,
  },
  {
    check: "stls-begins",
    faults: [answer("CAPA", ({ secure, text }) => (secure ? "-ERR not here\r\n" : text))],
    finding: /under TLS: -ERR not here/,
  },
  {
    check: "stls-not-hidden",
    faults: [{ fault: "capabilities", remove: ["STLS"] }],
    finding: /not listed, and answered/,
  },
  {
    check: "stls-no-argument",
    faults: [answer("STLS", ({ params, text }) => (params === null ? text : "+OK begin\r\n"))],
    finding: /\+OK begin/,
  },
  {
    check: "stls-no-injection",
    faults: [{ fault: "keeps-cleartext" }],
    finding: /CAPA that came in the clear was answered/,
  },
  {
    check: "stls-no-injection",
    faults: [{ ...answer("CAPA", ({ secure, text }) => (secure ? "-ERR XCAPA is not known\r\n" : text)), ...attempts }],
    finding: /an X that came in the clear/,
  },
  {
    check: "stls-not-listed-under-tls",
    faults: [{ fault: "capabilities", add: ["STLS"] }],
    finding: /listed under TLS, and answered -ERR/,
  },
  {
    check: "stls-not-listed-after-login",
    faults: [{ fault: "capabilities", add: ["STLS"] }],
    finding: /after login/,
  },
  {
    check: "stls-forgets-name",
    faults: [answer("PASS", ({ nth }) => (nth === 1 ? "-ERR [AUTH] wrong\r\n" : null))],
    finding: /judged the name/,
  },
  { check: "stls-forgets-name", faults: [answer("PASS", "+OK come in")], finding: /answered under TLS: \+OK/ },
];
