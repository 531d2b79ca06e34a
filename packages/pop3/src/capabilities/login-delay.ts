// LOGIN-DELAY: the least time between two logins of a user (RFC 2449 §6.5), and the response code that refuses an early one (§8.1.1).
// Has no clock and remembers no login: the policies of the session's server do.
import { type ArgumentGrammar, type Capability, type ClientCapability, declared } from "../contracts/capability.js";
import type { NegativeReply } from "../contracts/reply.js";
import type { ResponseCode } from "../contracts/response-code.js";
import { say } from "../contracts/sentence.js";

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
  meaning({ seconds, perUser }) {
    const delay = seconds === 0 ? "No time has to pass between two logins" : `At most one login in ${seconds} seconds`;
    return perUser
      ? `${delay}, for the user who has to wait longest; the user's own value is listed after login.`
      : `${delay}.`;
  },
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
  example: `
    C: USER ann
    S: +OK*
    C: PASS secret
    S: -ERR [LOGIN-DELAY] the last login was a moment ago*`,
};

/** Null where no time is left to wait. */
function refusal(leftMs: number): NegativeReply | null {
  if (leftMs <= 0) return null;
  // Rounded up: who comes again after that many seconds gets in.
  const seconds = Math.ceil(leftMs / 1000);
  const text = say("the last login was a moment ago; try again in {seconds} seconds", { seconds });
  return { status: "-ERR", text, cause: "login-delay" };
}

export const loginDelayClient: ClientCapability<LoginDelay> = {
  tag: "LOGIN-DELAY",
  argument,
  commands: [],
  announced: { in: "both", differs: true },
  responseCodes: [tooSoon],
};

export const loginDelay: Capability<LoginDelay> = /* @__PURE__ */ declared(loginDelayClient, {
  name: "login-delay",
  registration: { date: "1998-11" },
  affects: ["USER", "PASS", "APOP", "AUTH"],
  reference: ["RFC 2449"],
  definedIn: "RFC 2449 §6.5",
  discussion:
    "The number of seconds after a successful login before the server accepts the next one of the same user. Where users differ, the largest " +
    "value that any of them may have is announced before login, followed by USER, and the user's own value after it. A server that announces a " +
    "delay should enforce it, and a client that checks for mail at intervals should keep to it.",
  checks: [
    {
      id: "login-delay-before-login",
      level: "MUST",
      reference: "RFC 2449 §6.5",
      title: "The login delay is announced before login.",
      remedy:
        "List LOGIN-DELAY before login too: with the longest delay that any user has, and USER behind it where users differ.",
      given: "AUTHORIZATION",
      dialog: `
        C: CAPA
        S: +OK*
        S: ...
        S: LOGIN-DELAY *
        S: ...
        S: .`,
    },
    {
      id: "login-delay-after-login",
      level: "SHOULD",
      reference: "RFC 2449 §6.5",
      title: "The login delay is announced after login, too.",
      remedy: "List LOGIN-DELAY after login too, with the delay of the user who has logged in.",
      given: "TRANSACTION",
      dialog: `
        C: CAPA
        S: +OK*
        S: ...
        S: LOGIN-DELAY *
        S: ...
        S: .`,
    },
  ],
  // Where users differ, some of them have a delay, and one who has none is told so after login.
  available: ({ policy }) => policy.loginDelaySeconds > 0 || policy.loginDelayPerUser,
  value: ({ state, policy }) => ({
    seconds: policy.loginDelaySeconds,
    perUser: state === "AUTHORIZATION" && policy.loginDelayPerUser,
  }),
  // Not in answer to USER, which would tell who has an account (RFC 2449 §8.1.1).
  admit({ user, policies }) {
    const left = policies.admit(user);
    return typeof left === "number" ? refusal(left) : left.then(refusal);
  },
});
