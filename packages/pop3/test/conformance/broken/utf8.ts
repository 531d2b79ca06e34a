// Servers that break the rules of UTF8. The checks are those of `conformance/checks/utf8.ts` and of the declaration of UTF8.
// Octets are written one character each.
import { answer, multiLine } from "@postern/pop3/testing";
import type { BrokenServer } from "../subject.js";

const HEADER = "Subject: Gr\u00fc\u00dfe\r\n\r\nhello\r\n";

export const brokenUtf8: readonly BrokenServer[] = [
  { check: "utf8-not-after-login", faults: [answer("UTF8", "+OK now")], finding: /\+OK now/ },
  { check: "utf8-no-parameters", faults: [answer("UTF8", "+OK now")], finding: /\+OK now/ },
  { check: "utf8-taken", faults: [answer("UTF8", "-ERR not today")], finding: /-ERR not today/ },
  {
    check: "utf8-names",
    faults: [answer("USER", ({ params, text }) => (/[\x80-\xff]/.test(params ?? "") ? "-ERR ASCII alone\r\n" : text))],
    server: { server: { prepare: (text) => text.normalize("NFKC") } },
    finding: /in UTF-8 was answered -ERR ASCII alone/,
  },
  {
    check: "utf8-not-unasked",
    faults: [answer("RETR", () => multiLine("+OK", ["Subject: Gr\xc3\xbc\xc3\x9fe", "", "hello"]))],
    server: { messages: [HEADER] },
    finding: /header of message 1 holds UTF-8/,
  },
  {
    check: "utf8-not-unasked",
    faults: [answer("RETR", () => multiLine("+OK", ["Subject: Gr\xc3\xbc\xc3\x9fe", "", "hello"]))],
    server: { messages: ["Subject: plain\r\n\r\nhello\r\n", HEADER], server: { utf8Messages: "refuse" } },
    finding: /header of message 1 holds UTF-8/,
  },
  {
    check: "utf8-sizes",
    faults: [{ fault: "wrong-sizes", on: "LIST", difference: 3 }],
    server: { messages: [HEADER] },
    finding: /message 1 is listed with \d+ octets, and RETR sends \d+/,
  },
];
