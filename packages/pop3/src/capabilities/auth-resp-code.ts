// AUTH-RESP-CODE: every refused login that is the credentials' fault says so with a response code (RFC 3206).
// Sends nothing itself: whoever refuses a login names the cause, and the code follows from that (`registry/registry.ts`).
import { type Capability, type ClientCapability, declared } from "../contracts/capability.js";
import type { ResponseCode } from "../contracts/response-code.js";
import { noArgument } from "../protocol/argument.js";

const credentials: ResponseCode = {
  code: "AUTH",
  validFor: ["-ERR"],
  commands: ["AUTH", "USER", "PASS", "APOP"],
  meaning:
    "The credentials are the problem: an unknown user, a wrong password, an expired account, or a login that a policy does not allow this user. " +
    "In answer to USER it would tell whether the user exists, so a server does not send it there.",
  clientBehavior: "Tell the user, and ask for other credentials before the next try.",
  reference: ["RFC 3206"],
  registered: "2002-02",
  cause: "credentials",
  example: `
    C: USER ann
    S: +OK*
    C: PASS wrong
    S: -ERR [AUTH] the name or the password is wrong`,
};

export const authRespCodeClient: ClientCapability = {
  tag: "AUTH-RESP-CODE",
  argument: noArgument,
  commands: [],
  announced: { in: "both", differs: false },
  responseCodes: [credentials],
};

export const authRespCode: Capability = /* @__PURE__ */ declared(authRespCodeClient, {
  name: "auth-resp-code",
  registration: { date: "2002-02" },
  affects: "none",
  reference: ["RFC 3206"],
  definedIn: "RFC 3206 §6",
  discussion:
    "Every login that fails because of the credentials is answered with the AUTH response code. A client may thus conclude from a failure " +
    "without that code that the credentials were not the reason, and keep a stored password.",
  // Announced without the code, it would tell a client that no refusal is the password's fault (RFC 3206 §6).
  promisesResponseCodes: true,
  checks: [
    {
      id: "auth-resp-code-announced",
      level: "SHOULD",
      reference: "RFC 3206 §6",
      title: "A server that says which logins failed for their credentials announces it, and RESP-CODES with it.",
      remedy: "List RESP-CODES wherever AUTH-RESP-CODE is listed, and both before login.",
      given: "AUTHORIZATION",
      dialog: `
        C: CAPA
        S: +OK*
        S: ...
        S: RESP-CODES
        S: ...
        S: .
        C: CAPA
        S: +OK*
        S: ...
        S: AUTH-RESP-CODE
        S: ...
        S: .`,
    },
    {
      id: "auth-resp-code-on-failure",
      level: "MUST",
      reference: "RFC 3206 §6",
      title: "A login refused for its credentials carries the AUTH code; USER does not tell.",
      remedy:
        "Begin the text of the refusal with [AUTH] where the name or the password is wrong, or take AUTH-RESP-CODE out of the list.",
      effect: "wrong-login",
      given: "AUTHORIZATION",
      over: "tls",
      needs: ["USER"],
      dialog: `
        C: USER nobody-of-this-name
        S: +OK*
        C: PASS wrong
        S: -ERR [AUTH*]*`,
    },
  ],
  available: () => true,
  value: () => undefined,
});
