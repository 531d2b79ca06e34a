// RESP-CODES: machine-readable reasons in brackets at the head of a reply's text (RFC 2449 §6.4 and §8, RFC 3206).
// The codes that belong to no other capability are declared here.
import { type Capability, type ClientCapability, declared } from "../contracts/capability.js";
import type { ResponseCode } from "../contracts/response-code.js";
import { noArgument } from "../protocol/argument.js";

const inUse: ResponseCode = {
  code: "IN-USE",
  validFor: ["-ERR"],
  commands: ["PASS", "APOP", "AUTH"],
  meaning: "The name and the password were right, but another session has the maildrop open.",
  clientBehavior: "Keep the password, wait a while and try again; tell the user only if it lasts.",
  reference: ["RFC 2449"],
  registered: "1998-11",
  cause: "in-use",
  example: `
    C: USER ann
    S: +OK*
    C: PASS secret
    S: -ERR [IN-USE] the maildrop is open in another session*`,
};

const sysTemp: ResponseCode = {
  code: "SYS/TEMP",
  validFor: ["-ERR"],
  commands: "all",
  meaning: "The system failed, not the user, and it will probably work again before long.",
  clientBehavior: "Keep the password and try again later; tell the user only if it lasts.",
  reference: ["RFC 3206"],
  registered: "2002-02",
  cause: "temporary",
  example: `
    C: USER ann
    S: +OK*
    C: PASS secret
    S: -ERR [SYS/TEMP] the *; try again later`,
};

const sysPerm: ResponseCode = {
  code: "SYS/PERM",
  validFor: ["-ERR"],
  commands: "all",
  meaning: "The system failed, not the user, and it will not mend itself: somebody has to look at it.",
  clientBehavior: "Keep the password, tell the user and suggest to ask whoever runs the server.",
  reference: ["RFC 3206"],
  registered: "2002-02",
  cause: "permanent",
  example: `
    C: USER ann
    S: +OK*
    C: PASS secret
    S: -ERR [SYS/PERM] the maildrop cannot be opened;*`,
};

export const respCodesClient: ClientCapability = {
  tag: "RESP-CODES",
  argument: noArgument,
  commands: [],
  announced: { in: "both", differs: false },
  responseCodes: [inUse, sysTemp, sysPerm],
};

export const respCodes: Capability = /* @__PURE__ */ declared(respCodesClient, {
  name: "resp-codes",
  registration: { date: "1998-11" },
  affects: "none",
  reference: ["RFC 2449"],
  definedIn: "RFC 2449 §6.4",
  discussion:
    "Any text of this server's replies that begins with an opening square bracket begins with a response code. A client may act on the code, " +
    "and may leave it out of what it shows to a person.",
  permitsResponseCodes: true,
  checks: [
    {
      id: "resp-codes-announced",
      level: "MUST",
      reference: "RFC 2449 §6.4",
      title: "RESP-CODES is listed before login, where refused logins carry codes.",
      remedy: "List RESP-CODES in both states.",
      given: "AUTHORIZATION",
      dialog: `
        C: CAPA
        S: +OK*
        S: ...
        S: RESP-CODES
        S: ...
        S: .`,
    },
  ],
  available: () => true,
  value: () => undefined,
});
