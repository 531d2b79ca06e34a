// Whether LOGIN-DELAY is true: a login too early, and one in time (RFC 2449 §6.5 and §8.1.1). All are made with the right password.
// That it is listed where it should be is the declaration's own to check.
import { loginDelay } from "../../capabilities/login-delay.js";
import type { ConformanceCheck } from "../check.js";
import type { LoginTrial } from "../connections.js";
import { CheckFailed, NotTested, Undecided } from "../outcome.js";
import type { Proof } from "../proof.js";
import { announced } from "./announcements.js";
import { refusedBy, shown } from "./lines.js";

/** A login counts as too early if at least so much of the delay is left, in milliseconds. */
const EARLY_MS = 1000;

export const loginDelayChecks: readonly ConformanceCheck[] = [
  {
    id: "login-delay-largest",
    tag: "LOGIN-DELAY",
    level: "MUST",
    reference: "RFC 2449 §6.5",
    title: "The login delay that is announced before login is the largest: no user has a larger one after it.",
    remedy: "List the largest delay that any user can have before login.",
    given: "TRANSACTION",
    async prove(proof) {
      const { before, after } = await announced(proof, loginDelay);
      if (after === undefined) throw new NotTested("LOGIN-DELAY is not announced after login");
      if (after.seconds > before.seconds)
        throw new CheckFailed(`LOGIN-DELAY is ${before.seconds} before login, and ${after.seconds} after it`);
    },
  },
  {
    id: "login-delay-per-user",
    tag: "LOGIN-DELAY",
    level: "SHOULD",
    reference: "RFC 2449 §6.5",
    title:
      "USER stands behind LOGIN-DELAY before login where the value differs after it, and then there is a value after it.",
    remedy:
      "List LOGIN-DELAY with USER behind it before login where users differ, and the user's own value after login.",
    given: "TRANSACTION",
    async prove(proof) {
      const { before, after } = await announced(proof, loginDelay);
      if (before.perUser && after === undefined)
        throw new CheckFailed("LOGIN-DELAY has USER behind it before login, and is not listed after it");
      if (after !== undefined && after.seconds !== before.seconds && !before.perUser)
        throw new CheckFailed(
          `LOGIN-DELAY is ${before.seconds} before login and ${after.seconds} after it, and USER is missing`,
        );
    },
  },
  {
    id: "login-delay-passes",
    tag: "LOGIN-DELAY",
    level: "MUST",
    reference: "RFC 2449 §6.5",
    title: "Once the announced delay has passed, the user can log in again.",
    remedy:
      "Count the delay from the last +OK to a login, and accept the next one when the announced seconds are over.",
    given: "TRANSACTION",
    async prove(proof) {
      requireDelay(proof);
      await proof.end(await proof.session());
      const { conversation, answer } = await proof.tryLogin();
      if (answer.status === "+OK") return proof.handOn(conversation);
      if (!refusedBy(answer, "LOGIN-DELAY") && answer.code !== null)
        throw new Undecided(`the login was refused for another reason: ${answer.line}`);
      throw new CheckFailed(`the login was refused although the delay had passed: ${shown(answer.line)}`);
    },
  },
  {
    id: "login-delay-enforced",
    tag: "LOGIN-DELAY",
    level: "SHOULD",
    reference: "RFC 2449 §6.5",
    title: "A login before the announced delay has passed is refused.",
    remedy: "Refuse logins of a user until the announced seconds have passed, or do not announce LOGIN-DELAY.",
    effect: "wrong-login",
    given: "TRANSACTION",
    async prove(proof) {
      const { answer } = await tooEarly(proof);
      if (answer.status === "+OK")
        throw new CheckFailed(`a login at once was accepted, and LOGIN-DELAY is ${requireDelay(proof)}`);
    },
  },
  {
    id: "login-delay-code",
    tag: "LOGIN-DELAY",
    level: "MAY",
    reference: "RFC 2449 §8.1.1",
    title: "The refusal of a login that comes too early carries the response code LOGIN-DELAY.",
    remedy:
      "Begin the text of that refusal with [LOGIN-DELAY], so that a client waits and does not ask for a password.",
    effect: "wrong-login",
    given: "TRANSACTION",
    async prove(proof) {
      proof.requireAnnounced("RESP-CODES");
      const { answer } = await tooEarly(proof);
      if (answer.status === "+OK") throw new NotTested("a login that comes too early is accepted");
      if (!refusedBy(answer, "LOGIN-DELAY")) throw new CheckFailed(`the login was refused by ${shown(answer.line)}`);
    },
  },
];

/** The announced delay in seconds, where there is one. */
function requireDelay(proof: Proof): number {
  proof.requireAnnounced("LOGIN-DELAY");
  const seconds = proof.facts.argument(loginDelay)?.seconds ?? 0;
  if (seconds === 0) throw new NotTested("LOGIN-DELAY is 0");
  return seconds;
}

/** A login with the right password, sooner than the server allows it. */
async function tooEarly(proof: Proof): Promise<LoginTrial> {
  requireDelay(proof);
  let session = await proof.session();
  if (proof.loginDelayMs < EARLY_MS) session = await proof.ownSession();
  await proof.end(session);
  const until = performance.now() + proof.loginDelayMs - EARLY_MS / 2;
  const trial = await proof.tryLogin({ early: true });
  if (performance.now() > until) throw new Undecided("the announced delay passed meanwhile");
  return trial;
}
