// The report at a terminal, and the explanation of a check: everything is said, nothing raw gets through, lines keep to the width.
import { expect, test } from "vitest";
import { standard } from "@postern/pop3";
import { checkExplanation } from "../../src/cli/check-explanation.js";
import { checkText, type CheckTextSettings } from "../../src/cli/check-text.js";
import { faulty, flawless, hostile, silent } from "../reports/example-reports.js";

const plain: CheckTextSettings = { columns: 80, style: (_, text) => text };
const marked: CheckTextSettings = { columns: 80, style: (format, text) => `<${format}>${text}</${format}>` };

test("the server, the verdicts, the failures, what is open, and the totals", () => {
  const sections = checkText(faulty, plain).split("\n\n");
  expect(sections[0]).toBe(`pop.example.net:995, TLS from the first octet
Greeting  +OK Example POP3 ready <1896.697170952@pop.example.net>
Software  Example-POP3-2.4
TLS       TLSv1.3, TLS_AES_256_GCM_SHA384, no protocol agreed by ALPN
Verified  NO: the certificate has expired
Mode      safe: no message is deleted
Effort    14 connections, 6 logins, let in by SCRAM-SHA-256, 3.2 s`);
  expect(sections[1]).toBe(`What the announcements are worth
  TOP         false           It is announced, and TOP with 0 lines sends lines
                              of the body.
  PIPELINING  could not tell  It was tried, and the connection was lost in
                              between.
  EXPIRE      could not tell  Nobody waits for 30 days.
  X-SPEED     could not tell  No declaration says what it means.
  UIDL        true            Everything that was tried of it works (2 checks).
  SASL        true            Everything that was tried of it works (3 checks),
                              though it is not listed after login.
  Not announced: LANG, UTF8`);
  expect(sections[2]).toMatch(
    /^FAILED MUST {2}top-zero-lines {2}RFC 1939 §7\n {2}Required {2}TOP with 0 lines .*\n.*\n {2}Seen {6}Behind/,
  );
  expect(sections[2]).toContain("\n    C: TOP 1 0\n    S: +OK top of message follows\n");
  expect(sections[2]).toContain("\n    S:\n    S: Hello Bob,\n    S: .");
  expect(sections[3]).toContain("\n    C: QUIT\n    #  the server closed the connection");
  expect(sections[4]).toBe("Could not tell: 1\n  pipelining-order: The connection was lost behind 2 of 4 answers.");
  expect(sections[5]).toBe(`Not tested: 3
  Nobody was logged in, because no user was given. (2)
    apop-digest, lang-list
  It deletes messages, which the mode safe does not allow. (1)
    base-dele`);
  expect(sections[6]).toBe(`11 checks: 5 passed, 2 failed (1 MUST, 1 SHOULD), 1 undecided, 3 not tested.
Not conformant: 1 requirement (MUST) is not met. 1 recommendation (SHOULD, MAY)
not followed.
`);
});

test("colours tell verdicts and levels apart", () => {
  const text = checkText(faulty, marked);
  expect(text).toContain("<red>FAILED MUST</red>");
  expect(text).toContain("<yellow>FAILED SHOULD</yellow>");
  expect(text).toContain("<green>true          </green>");
  expect(text).toContain("<bold>C: TOP 1 0</bold>");
  expect(checkText(flawless, marked)).toMatch(/<green>Conformant in what was tested: .*<\/green>\n$/);
});

test("an address in brackets, and a server that said nothing", () => {
  expect(checkText(flawless, plain)).toMatch(/^\[2001:db8::1\]:110, in the clear, then TLS\n/);
  const text = checkText(silent, plain);
  expect(text).toContain("\nGreeting  none\n");
  expect(text).toMatch(/\nNot tested: no check could be made\.\n$/);
});

test("where CAPA was refused, that is said", () => {
  const listings = [{ stage: "login", answered: false, lines: [] }] as const;
  expect(checkText({ ...silent, listings }, plain)).toContain("\n  CAPA was refused after login.\n");
});

test("nothing raw of a server, and no text without end", () => {
  const text = checkText(hostile, plain);
  expect(/[^\P{Cc}\n]|[\u2028-\u202e\u2066-\u2069]|\p{Cs}/u.exec(text)).toBeNull();
  expect(text).toContain("\\x1b[2J");
  expect(text).toContain("… (49000 characters more)");
  expect(text).toContain("… (302 characters more)");
  expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThan(1100);
});

test("a check is explained, with its dialog as it is written", () => {
  const facts = {
    id: "top-zero-lines",
    level: "MUST",
    reference: "RFC 1939 §7",
    title: "TOP with 0 lines sends the header and the empty line, and nothing of the body.",
    remedy: "Stop behind the empty line where 0 lines are asked for.",
    effect: "retrieves",
  } as const;
  const check = standard.flatMap(({ checks }) => checks).find(({ id }) => id === facts.id);
  expect(checkExplanation({ ...facts, dialog: check?.dialog }, plain)).toBe(`top-zero-lines
Required  TOP with 0 lines sends the header and the empty line, and nothing of
          the body. (MUST, RFC 1939 §7)
Change    Stop behind the empty line where 0 lines are asked for.
Does      transfers messages, which a server that announces EXPIRE 0 deletes at
          QUIT

Dialog (* stands for any characters, ... for any lines)
  C: TOP 1 0
  S: +OK*
  S: ...
  S:
  S: .
`);
  const { effect: _, ...asking } = facts;
  expect(checkExplanation(asking, plain)).toMatch(/Does {6}asks only, and changes nothing\n$/);
});
