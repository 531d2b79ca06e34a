// Greetings that break a rule. What an examination makes of a server that does not greet at all is `examination.test.ts`'s.
// The checks are those of `conformance/checks/greeting.ts`.
import { answer } from "@postern/pop3/testing";
import type { BrokenServer } from "../subject.js";

export const brokenGreetings: readonly BrokenServer[] = [
  { check: "greeting-line", faults: [{ fault: "long-greeting", octets: 513 }], finding: /513 octets/ },
  { check: "greeting-line", faults: [{ fault: "lone-line-feeds", on: "greeting" }], finding: /LF alone/ },
  { check: "greeting-status", faults: [{ fault: "reply", on: "greeting", text: "+ok ready" }], finding: /"\+ok read"/ },
  { check: "greeting-printable", faults: [answer("greeting", "+OK gr\xfc\xdf Gott")], finding: /the octet 0xFC/ },
  {
    check: "greeting-brackets",
    faults: [answer("greeting", "+OK <ready>")],
    finding: /"<ready>" in the greeting is no msg-id/,
  },
  {
    check: "greeting-brackets",
    faults: [answer("greeting", "+OK <1@host> <2@host>")],
    finding: /holds <1@host> and <2@host>/,
  },
  {
    check: "greeting-timestamp-differs",
    server: { sharedSecrets: true },
    faults: [answer("greeting", "+OK <1@host>")],
    finding: /two greetings have the timestamp <1@host>/,
  },
];
