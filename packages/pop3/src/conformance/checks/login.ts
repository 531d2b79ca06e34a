// Logins that have to succeed and logins that have to fail: by every way that is listed, and what a refusal tells (RFC 5034 §4, RFC 3206,
// RFC 1939 §7 and §13). In all, one wrong password for the user who was given and one for nobody.
import { authRespCode } from "../../capabilities/auth-resp-code.js";
import { sasl } from "../../capabilities/sasl.js";
import { LOGIN_METHODS } from "../../client/login-choice.js";
import { LoginImpossible } from "../../contracts/errors.js";
import { MechanismRefused } from "../../contracts/mechanism.js";
import { parseGreeting } from "../../protocol/greeting.js";
import { octetString, utf8Octets } from "../../protocol/octets.js";
import type { ConformanceCheck } from "../check.js";
import type { Answer } from "../conversation.js";
import type { ServerFacts } from "../facts.js";
import { CheckFailed, NotTested, Undecided } from "../outcome.js";
import type { Proof } from "../proof.js";

const NOBODY = "nobody-of-this-name";
const WRONG = "a-wrong-password";

/** The password itself is what the server compares, whatever it has stored. */
const BARE: readonly string[] = ["PLAIN", "LOGIN"];

export const loginChecks: readonly ConformanceCheck[] = [
  {
    id: "login-apop-understood",
    tag: null,
    level: "MUST",
    reference: "RFC 1939 §7",
    title: "A server whose greeting has a timestamp knows APOP.",
    remedy: "Implement APOP, or take the timestamp out of the greeting.",
    given: "AUTHORIZATION",
    async prove(proof) {
      const conversation = await proof.before();
      const greeting = parseGreeting(conversation.greeting.line);
      if (!("value" in greeting) || greeting.value.timestamp === null)
        throw new NotTested("the greeting has no timestamp");
      const { line } = await conversation.ask("APOP");
      const unknown = await conversation.ask("XPOP");
      if (line.replaceAll(/apop/gi, "XPOP") !== unknown.line.replaceAll(/xpop/gi, "XPOP")) return;
      if (!/unknown|recogni[sz]ed|implemented|supported|no such|not known/i.test(line))
        throw new Undecided(`APOP is answered like a command that is not there: ${line}`);
      throw new CheckFailed(`the greeting has a timestamp, and APOP was answered ${line}`);
    },
  },
  {
    id: "login-by-every-mechanism",
    tag: "SASL",
    level: "MUST",
    reference: "RFC 5034 §4",
    title:
      "Who can log in at all can do so by each mechanism that is listed, and the server proves itself where that belongs to it.",
    remedy: "Have all mechanisms ask the same accounts, and list those alone that they can be used with.",
    given: "TRANSACTION",
    async prove(proof) {
      if (proof.mode !== "thorough")
        throw new NotTested("it logs in once for each mechanism: only --thorough does that");
      await proof.session();
      const listed = proof.facts.before?.capabilities.get(sasl) ?? [];
      const ways = LOGIN_METHODS.filter(({ name, needs }) => listed.includes(name) && needs !== null);
      let tried = 0;
      const refused: string[] = [];
      for (const { name } of ways) {
        const answer = await answerBy(name, proof);
        if (answer === null) continue;
        tried++;
        if (answer.status === "+OK") continue;
        const text = `the login by ${name} was refused: ${answer.line}`;
        if (BARE.includes(name) && (answer.code === null || answer.code.toUpperCase() === "AUTH"))
          throw new CheckFailed(text);
        refused.push(text);
      }
      // The account may have no secret of the kind that it takes, or a binding of another type is wanted.
      if (refused.length > 0) throw new Undecided(refused.join("; "));
      if (tried === 0) throw new NotTested("no mechanism is announced that the user's credentials are for");
    },
  },
  {
    id: "login-refusal-code",
    tag: "AUTH-RESP-CODE",
    level: "MUST",
    reference: "RFC 3206 §6",
    title: "A wrong password is refused with the AUTH code, for a user who exists and for one who does not.",
    remedy: "Begin the text of every refusal that is the credentials' fault with [AUTH], whatever command it answers.",
    effect: "wrong-login",
    given: "TRANSACTION",
    async prove(proof) {
      await proof.session();
      if (!proof.facts.lists(authRespCode)) throw new NotTested("AUTH-RESP-CODE is not announced");
      const { way, unknown, known } = await wrongLogins(proof);
      for (const [who, { line, code }] of [
        ["the user", known],
        ["nobody", unknown],
      ] as const) {
        if (code?.toUpperCase() === "AUTH") continue;
        if (code !== null) throw new Undecided(`another reason came first: ${line}`);
        throw new CheckFailed(`a wrong password of ${who} by ${way} was answered ${line}`);
      }
    },
  },
  {
    id: "login-names-untold",
    tag: null,
    level: "MAY",
    reference: "RFC 1939 §13",
    title: "A refused login does not tell whether the user exists.",
    remedy: "Give the same answer to a wrong password and to a name that does not exist.",
    effect: "wrong-login",
    given: "TRANSACTION",
    async prove(proof) {
      await proof.session();
      const { unknown, known } = await wrongLogins(proof);
      const name = proof.subject.auth!.user;
      if (withoutNames(known.line, name) !== withoutNames(unknown.line, NOBODY))
        throw new CheckFailed(
          `a wrong password was answered ${known.line}; a name that does not exist, ${unknown.line}`,
        );
    },
  },
];

/** The server's verdict, or null where the user's credentials are not for this way. */
async function answerBy(name: string, proof: Proof): Promise<Answer | null> {
  try {
    return await proof.loginBy(name);
  } catch (error) {
    if (error instanceof LoginImpossible) return null;
    if (error instanceof MechanismRefused) throw new CheckFailed(`the login by ${name}: ${error.message}`);
    throw error;
  }
}

interface WrongLogins {
  readonly way: string;
  readonly unknown: Answer;
  readonly known: Answer;
}

/** Those that were made on a server already, for all checks that ask. */
const made = new WeakMap<ServerFacts, Promise<WrongLogins>>();

function wrongLogins(proof: Proof): Promise<WrongLogins> {
  const before = made.get(proof.facts);
  if (before !== undefined) return before;
  const making = makeWrongLogins(proof);
  made.set(proof.facts, making);
  return making;
}

async function makeWrongLogins(proof: Proof): Promise<WrongLogins> {
  const way = proof.facts.before?.capabilities.get(sasl)?.includes("PLAIN") === true ? "AUTH PLAIN" : "PASS";
  const unknown = await refusalOf(proof, way, NOBODY);
  return { way, unknown, known: await refusalOf(proof, way, proof.subject.auth!.user) };
}

/** On a connection of its own: some servers close behind a refusal. */
async function refusalOf(proof: Proof, way: "AUTH PLAIN" | "PASS", name: string): Promise<Answer> {
  const conversation = await proof.freshBefore();
  const octets = octetString(utf8Octets(name));
  if (way === "PASS") {
    const named = await conversation.ask(`USER ${octets}`);
    if (named.status !== "+OK") return named;
  }
  const answer = await conversation.ask(
    way === "PASS" ? `PASS ${WRONG}` : `AUTH PLAIN ${btoa(`\0${octets}\0${WRONG}`)}`,
  );
  if (answer.status === "+OK") throw new CheckFailed(`a wrong password of ${name} was taken: ${answer.line}`);
  if (answer.status !== "-ERR") throw new Undecided(`a login with a wrong password was answered ${answer.line}`);
  return answer;
}

/** Names, and what differs from session to session, taken out of it. */
function withoutNames(line: string, name: string): string {
  return line.replaceAll(name, "NAME").replaceAll(/\S*\d\S*/g, "#");
}
