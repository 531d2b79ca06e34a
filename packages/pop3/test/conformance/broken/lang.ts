// Servers that break the rules of LANG. The checks are those of `conformance/checks/lang.ts` and of the declaration of LANG.
// Octets are written one character each.
import { answer, multiLine, type Fault } from "@postern/pop3/testing";
import type { BrokenServer } from "../subject.js";

const none = answer("LANG", "-ERR no language");
const any = answer("LANG", "+OK as you like");

function listing(...lines: readonly string[]): Fault {
  return answer("LANG", ({ params, text }) => (params === null ? multiLine("+OK", lines) : text));
}

export const brokenLang: readonly BrokenServer[] = [
  { check: "lang-listing", faults: [none], finding: /-ERR no language/ },
  { check: "lang-listing-after-login", faults: [none], finding: /-ERR no language/ },
  { check: "lang-server-choice", faults: [none], finding: /-ERR no language/ },
  { check: "lang-server-choice-after-login", faults: [none], finding: /-ERR no language/ },
  { check: "lang-unknown", faults: [any], finding: /\+OK as you like/ },
  { check: "lang-unknown-after-login", faults: [any], finding: /\+OK as you like/ },
  { check: "lang-listing-form", faults: [listing("en English", "en_US American")], finding: /"en_US American" is no/ },
  { check: "lang-listing-form", faults: [listing("en  English")], finding: /is no language listing/ },
  { check: "lang-listing-form", faults: [listing("fr Fran\xe7ais")], finding: /is not UTF-8/ },
  { check: "lang-choice", faults: [listing("en English", "tlh tlhIngan Hol")], finding: /LANG tlh was answered -ERR/ },
  {
    check: "lang-choice",
    faults: [answer("LANG", ({ params, text }) => (params === null ? text : "+OK as you like\r\n"))],
    finding: /was answered \+OK as you like/,
  },
  {
    check: "lang-texts-utf8",
    faults: [answer("STAT", () => "-ERR erst anmelden, f\xfcr alles\r\n")],
    finding: /a reply is not UTF-8/,
  },
];
