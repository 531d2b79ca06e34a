// Servers whose lists are not well formed, or say in one state what they do not say in the other.
// The checks are those of `conformance/checks/listing.ts` and `listing-states.ts`, and the argument of each declaration.
import { MemoryPolicies } from "@postern/pop3/server";
import type { BrokenServer } from "../subject.js";
import { listsAfterLogin, listsBeforeLogin } from "./times.js";

const STATES = [
  ["", listsBeforeLogin],
  ["-after-login", listsAfterLogin],
] as const;

/** Tag, what is listed instead of its line, and what is said of that. */
const ARGUMENTS: readonly (readonly [name: string, line: string, finding: RegExp])[] = [
  ["top", "TOP 10", /no arguments/],
  ["user", "USER YES", /no arguments/],
  ["sasl", "SASL", /at least one mechanism/],
  ["sasl", "SASL PLAIN,LOGIN", /a mechanism's name/],
  ["resp-codes", "RESP-CODES AUTH", /no arguments/],
  ["login-delay", "LOGIN-DELAY", /a number of seconds/],
  ["login-delay", "LOGIN-DELAY soon USER", /a number of seconds/],
  ["pipelining", "PIPELINING 5", /no arguments/],
  ["expire", "EXPIRE", /a number of days/],
  ["expire", "EXPIRE -1", /a number of days/],
  ["uidl", "UIDL 8", /no arguments/],
  ["implementation", "IMPLEMENTATION", /one or more tokens/],
  ["stls", "STLS 1.3", /no arguments/],
  ["auth-resp-code", "AUTH-RESP-CODE AUTH", /no arguments/],
  ["utf8", "UTF8 PASS", /nothing but USER/],
  ["lang", "LANG en", /no arguments/],
];

const DELAY = {
  policies: new MemoryPolicies(
    { loginDelaySeconds: 300, retentionDays: 7 },
    { alice: { loginDelaySeconds: 0, retentionDays: 30 } },
  ),
};

export const brokenListings: readonly BrokenServer[] = [
  ...ARGUMENTS.map(([name, line, finding]): BrokenServer => ({
    check: `${name}-argument`,
    server: DELAY,
    faults: [{ fault: "capabilities", remove: [name], add: [line] }],
    finding,
  })),
  ...STATES.flatMap(([suffix, on]): readonly BrokenServer[] => [
    {
      check: `listing-lines${suffix}`,
      faults: [{ fault: "capabilities", on, add: ["X-TWO  SPACES"] }],
      finding: /its spaces part nothing/,
    },
    { check: `listing-lines${suffix}`, faults: [{ fault: "capabilities", on, add: [""] }], finding: /an empty line/ },
    {
      check: `listing-lines${suffix}`,
      faults: [{ fault: "capabilities", on, add: ["X-TAB\tBED"] }],
      finding: /is no capability/,
    },
    {
      check: `listing-lines${suffix}`,
      faults: [{ fault: "capabilities", on, malformed: "over-long-line" }],
      finding: /a line of 4105 octets/,
    },
    { check: `listing-lines${suffix}`, faults: [{ fault: "lone-line-feeds", on }], finding: /LF alone/ },
    {
      check: `listing-lines${suffix}`,
      faults: [{ fault: "capabilities", on, add: [".DOT"] }],
      finding: /a tag holds no dot/,
    },
    {
      check: `listing-tags-once${suffix}`,
      faults: [{ fault: "capabilities", on, add: ["top"] }],
      finding: /TOP is listed twice/,
    },
    {
      check: `listing-registered${suffix}`,
      faults: [{ fault: "capabilities", on, add: ["EXPIRENEVER", "X-OWN"] }],
      finding: /EXPIRENEVER is listed, is not registered/,
    },
  ]),
  {
    check: "listing-arguments-after-login",
    faults: [{ fault: "capabilities", on: listsAfterLogin, remove: ["SASL"], add: ["SASL"] }],
    finding: /"SASL" is listed: at least one mechanism is expected, after login/,
  },
  {
    check: "listing-user-token",
    faults: [{ fault: "capabilities", on: listsAfterLogin, remove: ["EXPIRE"], add: ["EXPIRE 5 USER"] }],
    finding: /EXPIRE is listed with USER/,
  },
  {
    check: "capa-both-states",
    faults: [{ fault: "refused", on: listsAfterLogin }],
    finding: /refused after login alone/,
  },
  {
    check: "capa-both-states",
    faults: [{ fault: "refused", on: listsBeforeLogin }],
    examination: { tls: "none" },
    finding: /refused before login alone/,
  },
  {
    check: "listing-both-states",
    faults: [{ fault: "capabilities", on: listsAfterLogin, remove: ["USER", "SASL", "EXPIRE"] }],
    finding: /^USER is listed before login alone; SASL is listed before login alone$/,
  },
  {
    check: "listing-before-login",
    faults: [{ fault: "capabilities", on: listsBeforeLogin, remove: ["UIDL", "IMPLEMENTATION"] }],
    finding: /^UIDL is listed after login alone$/,
  },
  {
    check: "listing-same-arguments",
    faults: [
      { fault: "capabilities", on: listsAfterLogin, remove: ["IMPLEMENTATION"], add: ["IMPLEMENTATION Other 1"] },
    ],
    finding: /IMPLEMENTATION POSTERN is listed before login, and IMPLEMENTATION OTHER 1 after it/,
  },
];
