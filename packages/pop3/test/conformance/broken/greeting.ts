// Greetings that break a rule. What an examination makes of a server that does not greet at all is `examination.test.ts`'s.
// The checks are those of `conformance/checks/greeting.ts`.
import type { BrokenServer } from "../subject.js";

export const brokenGreetings: readonly BrokenServer[] = [
  { check: "greeting-line", faults: [{ fault: "long-greeting", octets: 513 }], finding: /513 octets/ },
  { check: "greeting-line", faults: [{ fault: "lone-line-feeds", on: "greeting" }], finding: /LF alone/ },
];
