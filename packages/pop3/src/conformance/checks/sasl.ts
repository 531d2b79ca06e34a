// AUTH: that each mechanism that is listed begins, and that an exchange is cancelled, refused and forgotten as RFC 5034 §4 has it.
// Sends no credentials. Logins are `login.ts`'s; what goes in the clear is `cleartext-login.ts`'s.
import type { ConformanceCheck } from "../check.js";
import { CheckFailed, NotTested, Undecided } from "../outcome.js";
import type { Proof } from "../proof.js";
import { listedMechanisms, opened, type Opening, openings, verdictOn } from "./sasl-openings.js";

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** 255 octets of name and of password and two between, in Base64. */
const PLAIN_OCTETS = 684;

const TOKEN_OCTETS = 12_288;

export const saslChecks: readonly ConformanceCheck[] = [
  {
    id: "sasl-mechanisms-begin",
    tag: "SASL",
    level: "MUST",
    reference: "RFC 5034 §3, §4",
    title: "Every mechanism that is listed begins with a challenge where the client sends nothing with AUTH.",
    remedy: "List only the mechanisms that AUTH takes, and answer AUTH without an initial response by a challenge.",
    given: "AUTHORIZATION",
    async prove(proof) {
      const refused = (await openings(proof, (found) => found.every(isBegun))).filter((one) => !isBegun(one));
      const [first] = refused.filter(({ mechanism, answer }) => mechanism !== "EXTERNAL" && answer.code === null);
      if (first !== undefined) throw new CheckFailed(openingText(first));
      // There is no certificate of the client's, and a response code names a reason of its own.
      const [other] = refused;
      if (other !== undefined && other.mechanism !== "EXTERNAL") throw new Undecided(openingText(other));
    },
  },
  {
    id: "sasl-challenge-line",
    tag: "SASL",
    level: "MUST",
    reference: "RFC 5034 §4",
    title: "A challenge is a plus, a space and Base64 alone; it is empty where the client has to send first.",
    remedy: "Send `+`, one space and the challenge in Base64, and the space where the challenge is empty, too.",
    given: "AUTHORIZATION",
    async prove(proof) {
      const begun = (await openings(proof, (found) => found.every(isChallenge))).filter(
        ({ answer: { line } }) => line.startsWith("+") && !/^\+OK/i.test(line),
      );
      if (begun.length === 0) throw new NotTested("no mechanism begins with a challenge");
      const wrong = begun.find((one) => !isChallenge(one));
      if (wrong !== undefined) throw new CheckFailed(openingText(wrong));
    },
  },
  {
    id: "sasl-mechanism-case",
    tag: "SASL",
    level: "MUST",
    reference: "RFC 5034 §5",
    title: "The name of a mechanism is taken in lower case, too.",
    remedy: "Compare the names of mechanisms without regard to case.",
    given: "AUTHORIZATION",
    async prove(proof) {
      const { conversation, mechanism } = await opened(proof);
      await conversation.ask("*");
      const { status, line } = await verdictOn(conversation, `AUTH ${mechanism.toLowerCase()}`);
      if (status !== "+") throw new CheckFailed(`AUTH ${mechanism.toLowerCase()} was answered ${line}`);
    },
  },
  {
    id: "sasl-cancel",
    tag: "SASL",
    level: "MUST",
    reference: "RFC 5034 §4",
    title: "A line with * alone ends the exchange with -ERR, and the session goes on as before AUTH.",
    remedy: "Answer * by -ERR, and forget the exchange: another AUTH may follow.",
    given: "AUTHORIZATION",
    async prove(proof) {
      const { conversation, mechanism } = await opened(proof);
      const { status, line } = await conversation.ask("*");
      if (status !== "-ERR") throw new CheckFailed(`* was answered ${line}`);
      const again = await verdictOn(conversation, `AUTH ${mechanism}`);
      if (again.status !== "+")
        throw new CheckFailed(`behind a cancelled AUTH, AUTH ${mechanism} was answered ${again.line}`);
    },
  },
  {
    id: "sasl-bad-response",
    tag: "SASL",
    level: "MUST",
    reference: "RFC 5034 §4",
    title: "A response that is no Base64 ends the exchange with -ERR, and the session goes on.",
    remedy:
      "Refuse a response with any other character than those of Base64, or with padding elsewhere than at its end.",
    given: "AUTHORIZATION",
    async prove(proof) {
      const { conversation, mechanism } = await opened(proof);
      for (const response of ["=AAA", "AAAA====AAAA", "A*AA"]) {
        const { status, line } = await verdictOn(conversation, response);
        if (status !== "-ERR") throw new CheckFailed(`${response} was answered ${line}`);
        const again = await conversation.ask(`AUTH ${mechanism}`);
        if (again.status !== "+") throw new CheckFailed(`behind it, AUTH ${mechanism} was answered ${again.line}`);
      }
      await conversation.ask("*");
    },
  },
  {
    id: "sasl-long-response",
    tag: "SASL",
    level: "MUST",
    reference: "RFC 5034 §4, RFC 4616 §2",
    title: "A response by PLAIN may hold a name and a password of 255 octets, whatever the limit of commands.",
    remedy: "Read the responses of an exchange without the limit of 255 octets that commands have.",
    given: "AUTHORIZATION",
    prove: (proof) => takesLength(proof, ["PLAIN"], PLAIN_OCTETS),
  },
  {
    id: "sasl-long-token",
    tag: "SASL",
    level: "MAY",
    reference: "RFC 5034 §4",
    title: "A response with a bearer token may have 12,288 octets.",
    remedy: "Read responses of up to some 16 KiB: tokens that name a user's groups are as long.",
    given: "AUTHORIZATION",
    prove: (proof) => takesLength(proof, ["OAUTHBEARER", "XOAUTH2"], TOKEN_OCTETS),
  },
  {
    id: "sasl-empty-response",
    tag: "SASL",
    level: "MUST",
    reference: "RFC 5034 §4",
    title: "An equals sign is an initial response of no octets, and not the lack of one.",
    remedy: "Give the mechanism an empty response for =; PLAIN refuses it, as it holds no name.",
    given: "AUTHORIZATION",
    async prove(proof) {
      if (!(await listedMechanisms(proof)).includes("PLAIN")) throw new NotTested("PLAIN is not announced");
      const { status, line } = await verdictOn(await proof.before(), "AUTH PLAIN =");
      if (status !== "-ERR") throw new CheckFailed(`AUTH PLAIN = was answered ${JSON.stringify(line)}`);
    },
  },
  {
    id: "sasl-unlisted",
    tag: "SASL",
    level: "SHOULD",
    reference: "RFC 5034 §3",
    title: "Mechanisms that are not listed are refused.",
    remedy: "List the mechanisms that AUTH takes, all of them and no other.",
    given: "AUTHORIZATION",
    async prove(proof) {
      const listed = await listedMechanisms(proof);
      const hidden = ["PLAIN", "LOGIN", "CRAM-MD5"].filter((name) => !listed.includes(name));
      if (hidden.length === 0) throw new NotTested("PLAIN, LOGIN and CRAM-MD5 are all listed");
      const conversation = await proof.before();
      for (const name of hidden) {
        const { status, line } = await verdictOn(conversation, `AUTH ${name}`);
        if (status === "+") throw new CheckFailed(`${name} is not listed, and AUTH ${name} was answered ${line}`);
      }
    },
  },
  {
    id: "sasl-no-initial-response",
    tag: "SASL",
    level: "MUST",
    reference: "RFC 5034 §4",
    title: "An initial response is refused where the mechanism begins with the server.",
    remedy: "Refuse AUTH CRAM-MD5 with an initial response.",
    given: "AUTHORIZATION",
    async prove(proof) {
      if (!(await listedMechanisms(proof)).includes("CRAM-MD5")) throw new NotTested("CRAM-MD5 is not announced");
      const conversation = await proof.before();
      const { status, line } = await verdictOn(conversation, "AUTH CRAM-MD5 bm9ib2R5");
      if (status !== "-ERR") throw new CheckFailed(`AUTH CRAM-MD5 with an initial response was answered ${line}`);
    },
  },
];

function isBegun({ answer: { status } }: Opening): boolean {
  return status === "+";
}

function isChallenge({ known, answer: { line } }: Opening): boolean {
  const challenge = line.slice(2);
  const empty = known?.clientFirst === true && known.name !== "XOAUTH2";
  return line.startsWith("+ ") && BASE64.test(challenge) && (!empty || challenge === "");
}

function openingText({ mechanism, answer }: Opening): string {
  return `AUTH ${mechanism} was answered ${JSON.stringify(answer.line)}`;
}

/** Of these mechanisms, the first that is listed takes a response of so many octets. It holds neither name nor password, so nobody's login fails. */
async function takesLength(proof: Proof, names: readonly string[], octets: number): Promise<void> {
  const listed = (await listedMechanisms(proof)).filter((name) => names.includes(name));
  if (listed.length === 0)
    throw new NotTested(`${names.join(" and ")} ${names.length === 1 ? "is" : "are"} not announced`);
  const { conversation } = await opened(proof, (name) => listed.includes(name));
  const { status, line } = await verdictOn(conversation, "A".repeat(octets)).catch((error: unknown) => {
    if (error instanceof Undecided) throw new CheckFailed(`the server closed at a response of ${octets} octets`);
    throw error;
  });
  if (status === "+OK" || status === null) throw new CheckFailed(`a response of ${octets} octets was answered ${line}`);
  // What was cut would come up as a command.
  const { answer: next } = await conversation.multi("CAPA");
  if (next.status !== "+OK")
    throw new CheckFailed(`behind a response of ${octets} octets, CAPA was answered ${next.line}`);
}
