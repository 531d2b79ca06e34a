// Servers that have people log in without TLS. The checks are those of `conformance/checks/cleartext-login.ts`.
// Loopback is innocent, so that they are reached by another name of it.
import { answer } from "@postern/pop3/testing";
import type { BrokenServer } from "../subject.js";

/** Linux and macOS connect to this machine then. */
const afar = { host: "0.0.0.0" } as const;

export const brokenCleartextLogin: readonly BrokenServer[] = [
  {
    check: "cleartext-login-password",
    faults: [],
    server: { cleartextLogin: "never" },
    brokenServer: { cleartextLogin: "always" },
    examination: afar,
    finding: /USER is listed/,
  },
  {
    check: "cleartext-login-password",
    faults: [answer("USER", "+OK and now the password")],
    server: { cleartextLogin: "never" },
    examination: afar,
    finding: /USER is not listed, and/,
  },
  {
    check: "cleartext-login-sasl",
    faults: [],
    server: { cleartextLogin: "never" },
    brokenServer: { cleartextLogin: "always" },
    examination: afar,
    finding: /SASL lists PLAIN in the clear/,
  },
  {
    check: "cleartext-login-binding",
    faults: [{ fault: "capabilities", remove: ["SASL"], add: ["SASL SCRAM-SHA-256 SCRAM-SHA-256-PLUS"] }],
    finding: /SASL lists SCRAM-SHA-256-PLUS in the clear/,
  },
  {
    check: "cleartext-login-not-refused",
    faults: [answer("USER", ({ secure, text }) => (secure ? text : "-ERR not in the clear\r\n"))],
    finding: /listed in the clear, and answered -ERR/,
  },
];
