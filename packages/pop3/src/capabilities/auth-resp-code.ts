// AUTH-RESP-CODE: every refused login that is the credentials' fault says so with a response code (RFC 3206).
// Declared in full; a promise about every login is not made yet, so there is no server behaviour here.
import type { Capability } from "../contracts/capability.js";
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
};

export const authRespCode: Capability = {
  tag: "AUTH-RESP-CODE",
  name: "auth-resp-code",
  registration: { date: "2002-02" },
  argument: noArgument,
  commands: [],
  affects: "none",
  announced: { in: "both", differs: false },
  reference: ["RFC 3206"],
  discussion:
    "Every login that fails because of the credentials is answered with the AUTH response code. A client may thus conclude from a failure " +
    "without that code that the credentials were not the reason, and keep a stored password.",
  responseCodes: [credentials],
  checks: [],
  value: () => undefined,
};
