// Servers that send response codes where there should be none, or others.
// The checks are those of `conformance/checks/response-codes.ts`.
import { standard } from "@postern/pop3";
import { answer } from "@postern/pop3/testing";
import type { BrokenServer } from "../subject.js";

const TAGS = standard.flatMap(({ tag }) => (tag === null ? [] : [tag]));

const STATES = ["", "-after-login"] as const;

export const brokenResponseCodes: readonly BrokenServer[] = [
  ...STATES.flatMap((suffix): readonly BrokenServer[] => [
    {
      check: `resp-codes-form${suffix}`,
      faults: [answer("ZZZZ", "-ERR [what is that?] nothing")],
      finding: /ZZZZ begins with a bracket and no response code/,
    },
    {
      check: `resp-codes-unlisted${suffix}`,
      server: { enabled: TAGS.filter((tag) => tag !== "RESP-CODES" && tag !== "AUTH-RESP-CODE") },
      faults: [answer("ZZZZ", "-ERR [SYS/TEMP/LOAD] later")],
      finding: /carries the response code SYS\/TEMP, and RESP-CODES is not listed/,
    },
    {
      check: `resp-codes-registered${suffix}`,
      faults: [answer("ZZZZ", "-ERR [REFERRAL/host] elsewhere")],
      finding: /REFERRAL\/host, which is not registered/,
    },
    {
      check: `resp-codes-valid${suffix}`,
      faults: [answer("ZZZZ", "-ERR [IN-USE] what?")],
      finding: /carries IN-USE, which is for PASS, APOP, AUTH/,
    },
    {
      check: `resp-codes-valid${suffix}`,
      faults: [answer(["CAPA", "NOOP"], "+OK [SYS/PERM] well")],
      finding: /carries SYS\/PERM with \+OK/,
    },
  ]),
  {
    check: "resp-codes-form",
    faults: [answer("greeting", "+OK [postern at your service]")],
    finding: /the greeting begins with a bracket/,
  },
  {
    check: "auth-resp-code-unlisted",
    server: { enabled: TAGS.filter((tag) => tag !== "AUTH-RESP-CODE") },
    faults: [{ fault: "refused", on: "PASS", code: "AUTH" }],
    finding: /AUTH-RESP-CODE is not listed/,
  },
];
