// LOGIN-DELAY: the least time between two logins of a user (RFC 2449 §6.5), and the response code that refuses an early one (§8.1.1).
// Declared in full; logins are not counted yet, so there is no server behaviour here.
import type { ArgumentGrammar, Capability } from "../contracts/capability.js";
import type { ResponseCode } from "../contracts/response-code.js";

/** The argument of a LOGIN-DELAY line. */
export interface LoginDelay {
  readonly seconds: number;
  /** The token USER: each user has a value of their own, which CAPA gives after login. */
  readonly perUser: boolean;
}

const argument: ArgumentGrammar<LoginDelay> = {
  text: "minimum seconds between logins; optionally followed by USER in AUTHORIZATION state",
  parse(params) {
    const [, seconds, perUser] = /^(\d{1,10})( USER)?$/i.exec(params.join(" ")) ?? [];
    if (seconds === undefined) return { problem: "a number of seconds is expected, perhaps followed by USER" };
    return { value: { seconds: Number(seconds), perUser: perUser !== undefined } };
  },
  format: ({ seconds, perUser }) => (perUser ? [String(seconds), "USER"] : [String(seconds)]),
};

const tooSoon: ResponseCode = {
  code: "LOGIN-DELAY",
  validFor: ["-ERR"],
  commands: ["USER", "PASS", "APOP", "AUTH"],
  meaning:
    "This user logged in a short while ago, and the login delay has not passed yet. In answer to USER it would tell that the user exists, so " +
    "a server does not send it there unless names are no secret.",
  clientBehavior:
    "Keep the password and try again once the announced delay has passed; make the mail check interval no shorter than that.",
  reference: ["RFC 2449"],
  registered: "1998-11",
  cause: "login-delay",
};

export const loginDelay: Capability<LoginDelay> = {
  tag: "LOGIN-DELAY",
  name: "login-delay",
  registration: { date: "1998-11" },
  argument,
  commands: [],
  affects: ["USER", "PASS", "APOP", "AUTH"],
  announced: { in: "both", differs: true },
  reference: ["RFC 2449"],
  discussion:
    "The number of seconds after a successful login before the server accepts the next one of the same user. Where users differ, the largest " +
    "value that any of them may have is announced before login, followed by USER, and the user's own value after it. A server that announces a " +
    "delay should enforce it, and a client that checks for mail at intervals should keep to it.",
  responseCodes: [tooSoon],
  checks: [],
  value: () => ({ seconds: 0, perUser: false }),
};
