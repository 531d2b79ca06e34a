// Reports as an examination gives them, written by hand: a server with faults of each kind, one without, one that does not answer,
// and one whose every text is meant to break a rendering.
import type { CheckOutcome, CheckResult, ConformanceReport, Totals } from "@postern/pop3/conformance";

type Given = Partial<CheckResult> & Pick<CheckResult, "id" | "title">;

function result(outcome: CheckOutcome, given: Given): CheckResult {
  return {
    tag: null,
    level: "MUST",
    reference: "RFC 1939 §5",
    effect: null,
    outcome,
    finding: null,
    remedy: null,
    transcript: [],
    elapsedMs: 12,
    ...given,
  };
}

function totalsOf(results: readonly CheckResult[]): Totals {
  const count = (holds: (one: CheckResult) => boolean): number => results.filter(holds).length;
  const failed = (level: string): number => count((one) => one.outcome === "failed" && one.level === level);
  return {
    passed: count(({ outcome }) => outcome === "passed"),
    failed: count(({ outcome }) => outcome === "failed"),
    failedMust: failed("MUST"),
    failedShould: failed("SHOULD"),
    failedMay: failed("MAY"),
    notTested: count(({ outcome }) => outcome === "not-tested"),
    undecided: count(({ outcome }) => outcome === "undecided"),
  };
}

function withResults(report: Omit<ConformanceReport, "totals" | "conformant">): ConformanceReport {
  const totals = totalsOf(report.results);
  return { ...report, totals, conformant: totals.failedMust === 0 };
}

const noLogin = "Nobody was logged in, because no user was given.";

/** Fails a MUST and a SHOULD, leaves some open. */
export const faulty: ConformanceReport = withResults({
  format: 1,
  server: {
    host: "pop.example.net",
    port: 995,
    tls: "implicit",
    greeting: "+OK Example POP3 ready <1896.697170952@pop.example.net>",
    implementation: "Example-POP3-2.4",
  },
  mode: "safe",
  startedAt: "2026-11-25T10:03:12.481Z",
  elapsedMs: 3240,
  connections: 14,
  logins: 6,
  loginMethod: "SCRAM-SHA-256",
  loginProblem: null,
  tls: {
    version: "TLSv1.3",
    cipher: "TLS_AES_256_GCM_SHA384",
    alpn: null,
    problem: "the certificate has expired",
    subject: "CN=pop.example.net",
    issuer: "C=US\nO=Example Trust\nCN=E7",
    names: ["DNS:pop.example.net", "DNS:mail.example.net"],
    validFrom: "2026-06-01T00:00:00.000Z",
    validTo: "2026-09-01T00:00:00.000Z",
    fingerprint: "9A:0B:44:2C:11:E0:57:3D:7B:10:C8:AA:42:F9:5E:61:9A:0B:44:2C:11:E0:57:3D:7B:10:C8:AA:42:F9:5E:61",
  },
  listings: [
    { stage: "tls", answered: true, lines: ["TOP", "UIDL", "SASL PLAIN SCRAM-SHA-256", "PIPELINING", "X-SPEED 9"] },
    { stage: "login", answered: true, lines: ["TOP", "UIDL", "PIPELINING", "EXPIRE 30", "X-SPEED 9"] },
  ],
  capabilities: [
    {
      tag: "TOP",
      announced: [
        { stage: "tls", line: "TOP" },
        { stage: "login", line: "TOP" },
      ],
      declared: true,
      verdict: "false",
      reason: "It is announced, and TOP with 0 lines sends lines of the body.",
      checks: ["top-zero-lines", "top-more-than-all"],
    },
    {
      tag: "UIDL",
      announced: [
        { stage: "tls", line: "UIDL" },
        { stage: "login", line: "UIDL" },
      ],
      declared: true,
      verdict: "true",
      reason: "Everything that was tried of it works (2 checks).",
      checks: ["uidl-listing", "uidl-one"],
    },
    {
      tag: "SASL",
      announced: [{ stage: "tls", line: "SASL PLAIN SCRAM-SHA-256" }],
      declared: true,
      verdict: "true",
      reason: "Everything that was tried of it works (3 checks), though it is not listed after login.",
      checks: ["sasl-cancel"],
    },
    {
      tag: "PIPELINING",
      announced: [
        { stage: "tls", line: "PIPELINING" },
        { stage: "login", line: "PIPELINING" },
      ],
      declared: true,
      verdict: "undecided",
      reason: "It was tried, and the connection was lost in between.",
      checks: ["pipelining-order"],
    },
    {
      tag: "EXPIRE",
      announced: [{ stage: "login", line: "EXPIRE 30" }],
      declared: true,
      verdict: "undecided",
      reason: "Nobody waits for 30 days.",
      checks: [],
    },
    {
      tag: "X-SPEED",
      announced: [
        { stage: "tls", line: "X-SPEED 9" },
        { stage: "login", line: "X-SPEED 9" },
      ],
      declared: false,
      verdict: "undecided",
      reason: "No declaration says what it means.",
      checks: [],
    },
    {
      tag: "LANG",
      announced: [],
      declared: true,
      verdict: "not-announced",
      reason: "The server does not say that it has it.",
      checks: [],
    },
    {
      tag: "UTF8",
      announced: [],
      declared: true,
      verdict: "not-announced",
      reason: "The server does not say that it has it.",
      checks: [],
    },
  ],
  results: [
    result("passed", { id: "base-stat", title: "STAT answers with the count of messages and their octets." }),
    result("failed", {
      id: "base-quit-reply",
      level: "SHOULD",
      reference: "RFC 1939 §6",
      title: "QUIT is answered before the connection closes.",
      finding: "The connection was closed without a reply.",
      remedy: "Write the reply to QUIT, and end the connection once it is sent.",
      transcript: [
        { from: "C", text: "QUIT" },
        { from: "#", text: "the server closed the connection" },
      ],
    }),
    result("failed", {
      id: "top-zero-lines",
      tag: "TOP",
      reference: "RFC 1939 §7",
      effect: "retrieves",
      title: "TOP with 0 lines sends the header and the empty line, and nothing of the body.",
      finding: "Behind the empty line came 1 more line, where the end of the answer was due.",
      remedy:
        "Count the lines of the body from the first one behind the empty line, and stop before it where 0 are asked for.",
      transcript: [
        { from: "#", text: "connected, TLSv1.3" },
        { from: "S", text: "+OK Example POP3 ready <1896.697170952@pop.example.net>" },
        { from: "C", text: "AUTH SCRAM-SHA-256 ********" },
        { from: "S", text: "+OK logged in" },
        { from: "C", text: "TOP 1 0" },
        { from: "S", text: "+OK top of message follows" },
        {
          from: "S",
          text: "Received: from mx.example.org (mx.example.org [192.0.2.7]) by pop.example.net with ESMTPS id 4F2B1; Wed, 25 Nov 2026 09:58:40 +0000",
        },
        { from: "S", text: "Subject: Lunch & <dinner>" },
        { from: "S", text: "" },
        { from: "S", text: "Hello Bob," },
        { from: "S", text: "." },
      ],
      elapsedMs: 81,
    }),
    result("passed", {
      id: "top-more-than-all",
      tag: "TOP",
      reference: "RFC 1939 §7",
      title: "TOP with more lines than there are sends the whole message.",
    }),
    result("passed", { id: "uidl-listing", tag: "UIDL", reference: "RFC 1939 §7", title: "UIDL lists every message." }),
    result("passed", { id: "uidl-one", tag: "UIDL", reference: "RFC 1939 §7", title: "UIDL answers for one message." }),
    result("passed", {
      id: "sasl-cancel",
      tag: "SASL",
      reference: "RFC 5034 §4, RFC 2449 §6.3",
      title: "A line with * ends AUTH.",
    }),
    result("undecided", {
      id: "pipelining-order",
      tag: "PIPELINING",
      reference: "RFC 2449 §6.6",
      title: "Commands sent in one write are answered one by one, in their order.",
      finding: "The connection was lost behind 2 of 4 answers.",
      transcript: [
        { from: "C", text: "NOOP" },
        { from: "C", text: "NOOP" },
        { from: "S", text: "+OK" },
        { from: "#", text: "the connection was lost" },
      ],
    }),
    result("not-tested", {
      id: "base-dele",
      effect: "deletes",
      title: "Messages marked with DELE are gone after QUIT.",
      finding: "It deletes messages, which the mode safe does not allow.",
    }),
    result("not-tested", {
      id: "apop-digest",
      reference: "RFC 1939 §7",
      title: "APOP takes the right digest.",
      finding: noLogin,
    }),
    result("not-tested", {
      id: "lang-list",
      tag: "LANG",
      reference: "RFC 6856 §3.2",
      title: "LANG without a parameter lists the languages.",
      finding: noLogin,
    }),
  ],
});

/** Nothing failed and nothing was left open. */
export const flawless: ConformanceReport = withResults({
  ...faulty,
  server: { ...faulty.server, host: "2001:db8::1", port: 110, tls: "starttls" },
  tls: { ...faulty.tls!, problem: null, alpn: "pop3" },
  capabilities: faulty.capabilities.filter(({ verdict }) => verdict === "true"),
  results: faulty.results.filter(({ outcome }) => outcome === "passed"),
});

/** The server was reached and said nothing. */
export const silent: ConformanceReport = withResults({
  ...faulty,
  server: { host: "192.0.2.1", port: 110, tls: "none", greeting: null, implementation: null },
  mode: "anonymous",
  connections: 1,
  logins: 0,
  loginMethod: null,
  loginProblem: null,
  tls: null,
  listings: [],
  capabilities: [],
  results: faulty.results.map(({ id, title }) =>
    result("not-tested", { id, title, finding: "The server sent no greeting within 30 s." }),
  ),
});

/** Breaks out of markup, of CDATA, of attributes, of the terminal and of the direction of writing. */
export const hostileText: string =
  "<script>alert(1)</script>]]>\"' onload='x' &amp;&#0;\u0000\u0007\u001b[2J\u001b]0;title\u0007\u009b31m\r\n\ttab\u202eevil\u2066\u2028\ud800\uffff</pre></svg>";

/** Every text that a server has a say in. */
export const hostile: ConformanceReport = withResults({
  ...faulty,
  server: { ...faulty.server, greeting: hostileText, implementation: `${hostileText}${"x".repeat(20_000)}` },
  loginMethod: hostileText,
  loginProblem: hostileText,
  tls: {
    version: hostileText,
    cipher: hostileText,
    alpn: hostileText,
    problem: hostileText,
    subject: hostileText,
    issuer: hostileText,
    names: [hostileText],
    validFrom: hostileText,
    validTo: hostileText,
    fingerprint: hostileText,
  },
  listings: [{ stage: "tls", answered: true, lines: [hostileText] }],
  capabilities: faulty.capabilities.map((one) => ({
    ...one,
    tag: hostileText,
    announced: [{ stage: "tls", line: hostileText }],
    reason: hostileText,
    checks: [hostileText, ...one.checks],
  })),
  results: [
    ...faulty.results.map((one) => ({
      ...one,
      tag: hostileText,
      finding: one.outcome === "passed" ? null : hostileText,
      transcript: one.transcript.map(({ from }) => ({ from, text: hostileText })),
    })),
    result("failed", {
      id: "long",
      title: "Lines end.",
      finding: "y".repeat(50_000),
      remedy: "End them.",
      transcript: Array.from({ length: 5000 }, () => ({ from: "S", text: `<${"z".repeat(600)}>` }) as const),
    }),
  ],
});

/** Each with its name. */
export const examples: readonly (readonly [string, ConformanceReport])[] = Object.entries({
  faulty,
  flawless,
  silent,
  hostile,
});
