// Servers whose AUTH breaks a rule. The checks are those of `conformance/checks/sasl.ts` and of the declaration of SASL.
// A challenge goes out before a fault sees the reply: what answers AUTH otherwise does so in the place of the honest exchange, and the honest
// server refuses the client's next line as a command that it does not know.
import { answer, type Fault } from "@postern/pop3/testing";
import type { BrokenServer } from "../subject.js";

/** AUTH is answered by what `reply` makes of its parameters, in the place of an exchange. */
function opening(reply: (params: string) => string): Fault {
  return { fault: "custom", on: "AUTH", carriedOut: false, play: ({ params }) => `${reply(params ?? "")}\r\n` };
}

/** The verdict of each exchange. */
function verdict(line: string): Fault {
  return answer("AUTH", () => `${line}\r\n`);
}

/** A server of bearer tokens, none of which is good. */
const oauth: BrokenServer["server"] = {
  server: {
    authenticator: {
      offers: (kind) => kind === "token",
      verifyPassword: () => Promise.resolve(null),
      verifyToken: () => Promise.resolve({ status: "invalid_token", user: null }),
    },
  },
};

const second = { fault: "custom", on: "AUTH", nth: 2, carriedOut: false, play: () => "-ERR once only\r\n" } as const;

export const brokenSasl: readonly BrokenServer[] = [
  { check: "sasl-unknown-mechanism", faults: [verdict("+OK")], finding: /\+OK/ },
  {
    check: "sasl-not-after-login",
    faults: [answer("AUTH", ({ user, text }) => (user === null ? text : "+OK again\r\n"))],
    finding: /\+OK again/,
  },
  { check: "sasl-bad-base64", faults: [verdict("+OK")], finding: /\+OK/ },
  {
    check: "sasl-mechanisms-begin",
    faults: [{ fault: "capabilities", remove: ["SASL"], add: ["SASL PLAIN DIGEST-MD5"] }],
    finding: /AUTH DIGEST-MD5 was answered "-ERR/,
  },
  { check: "sasl-challenge-line", faults: [opening(() => "+")], finding: /AUTH \S+ was answered "\+"/ },
  { check: "sasl-challenge-line", faults: [opening(() => "+ go ahead")], finding: /"\+ go ahead"/ },
  {
    check: "sasl-challenge-line",
    faults: [opening((params) => (params === "PLAIN" ? "+ cGxlYXNl" : "+ "))],
    finding: /AUTH PLAIN was answered "\+ cGxlYXNl"/,
  },
  {
    check: "sasl-mechanism-case",
    faults: [opening((params) => (/[a-z]/.test(params) ? "-ERR no such mechanism" : "+ "))],
    finding: /AUTH plain was answered -ERR/,
  },
  { check: "sasl-cancel", faults: [verdict("+OK cancelled")], finding: /\* was answered \+OK/ },
  { check: "sasl-cancel", faults: [second], finding: /behind a cancelled AUTH.*once only/ },
  { check: "sasl-bad-response", faults: [verdict("+OK welcome")], finding: /=AAA was answered \+OK/ },
  { check: "sasl-bad-response", faults: [second], finding: /behind it, AUTH PLAIN was answered -ERR/ },
  {
    check: "sasl-long-response",
    faults: [{ fault: "drop", on: "AUTH" }],
    finding: /closed at a response of 684 octets/,
  },
  { check: "sasl-long-response", faults: [verdict("+OK welcome")], finding: /684 octets was answered \+OK/ },
  {
    check: "sasl-long-response",
    faults: [answer("AUTH", ({ text }) => `${text}-ERR unknown command\r\n`)],
    finding: /behind a response of 684 octets, CAPA was answered -ERR/,
  },
  {
    check: "sasl-long-token",
    faults: [{ fault: "drop", on: "AUTH" }],
    server: oauth,
    finding: /closed at a response of 12288 octets/,
  },
  { check: "sasl-empty-response", faults: [opening(() => "+ ")], finding: /AUTH PLAIN = was answered "\+ "/ },
  {
    check: "sasl-unlisted",
    faults: [{ fault: "capabilities", remove: ["SASL"], add: ["SASL SCRAM-SHA-256"] }],
    finding: /PLAIN is not listed, and AUTH PLAIN was answered \+/,
  },
  {
    check: "sasl-no-initial-response",
    faults: [opening(() => "+ PDFAbG9jYWxob3N0Pg==")],
    server: { sharedSecrets: true, mechanisms: ["CRAM-MD5"] },
    finding: /with an initial response was answered \+/,
  },
];
