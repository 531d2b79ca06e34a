// A login on a conversation, by the strongest way that the server lists and the caller allows. The choice and the mechanisms are the
// client's; what is sent here is what a careful client sends. Names, passwords and tokens are masked in the transcript.
import { createHash, randomBytes } from "node:crypto";
import { apopCommand } from "../capabilities/apop.js";
import { sasl, saslCommand } from "../capabilities/sasl.js";
import { passCommand, userCommand } from "../capabilities/user.js";
import type { Capabilities } from "../client/capabilities.js";
import { chooseLogin, type LoginCircumstances, type LoginMethodChoice } from "../client/login-choice.js";
import type { AuthOptions } from "../client/options.js";
import { LoginImpossible } from "../contracts/errors.js";
import { MechanismRefused } from "../contracts/mechanism.js";
import { COMMAND_OCTETS, formatCommand } from "../protocol/command.js";
import type { Registry } from "../registry/registry.js";
import { parseGreeting } from "../protocol/greeting.js";
import { octetString, utf8Octets } from "../protocol/octets.js";
import type { Answer, Conversation } from "./conversation.js";

/** Where the server is, for mechanisms that name it. */
export interface LoginPlace {
  readonly host: string;
  readonly port: number;
}

/** What is known of the server by then. */
export interface LoginKnowledge {
  readonly capabilities: Capabilities;
  readonly registry: Registry;
}

/** How a login ended. */
export interface LoginAttempt {
  /** The name of a mechanism, or the keyword of a command. */
  readonly method: string;
  readonly answer: Answer;
}

/** No mechanism has more than a few. */
const MOST_CHALLENGES = 20;

/**
 * Logs in. Resolves with the server's verdict, whatever it is. Throws `LoginImpossible` with a reason for every way, `MechanismRefused` where
 * the server does not prove itself, and what a conversation throws.
 */
export async function logIn(
  conversation: Conversation,
  auth: AuthOptions,
  { capabilities, registry }: LoginKnowledge,
  place: LoginPlace,
): Promise<LoginAttempt> {
  const greeting = parseGreeting(conversation.greeting.line);
  const circumstances = {
    capabilities,
    timestamp: "value" in greeting ? greeting.value.timestamp : null,
    secure: conversation.secure,
    bindings: conversation.wire.channelBindings,
  };
  const choice = chooseLogin(auth, circumstances);
  const attempt = await byChoice(choice, conversation, auth, capabilities, place);
  const { status, code } = attempt.answer;
  const other = otherCircumstances(choice);
  // A code may say that something else is wrong.
  const why = code === null ? "credentials" : registry.responseCode(code)?.cause;
  if (status === "+OK" || why !== "credentials" || other === null || conversation.wire.closed) return attempt;
  let next: LoginMethodChoice;
  try {
    next = chooseLogin(auth, { ...circumstances, ...other });
  } catch (error) {
    if (error instanceof LoginImpossible) return attempt;
    throw error;
  }
  return byChoice(next, conversation, auth, capabilities, place);
}

/** Some servers announce APOP for accounts that have no secret, and bindings of types that nobody has any more. */
function otherCircumstances(choice: LoginMethodChoice): Partial<LoginCircumstances> | null {
  if (choice.kind === "digest") return { timestamp: null };
  return choice.kind === "mechanism" && choice.mechanism.bindsChannel ? { bindings: null } : null;
}

async function byChoice(
  choice: LoginMethodChoice,
  conversation: Conversation,
  auth: AuthOptions,
  capabilities: Capabilities,
  place: LoginPlace,
): Promise<LoginAttempt> {
  if (choice.kind === "mechanism") return byMechanism(choice, conversation, auth, capabilities, place);
  if (choice.kind === "password") {
    const [user, pass] = passwordLines(conversation, auth);
    const method = userCommand.keyword;
    const named = await conversation.ask(user);
    return { method, answer: named.status === "+OK" ? await conversation.ask(pass) : named };
  }
  const { secrets } = conversation.wire.transcript;
  const { name, password } = prepared(auth);
  secrets.add(password);
  const digest = createHash("md5")
    .update(choice.timestamp + password)
    .digest("hex");
  secrets.add(digest);
  const line = lineOf(apopCommand.keyword, apopCommand.params.format({ name, digest }));
  return { method: apopCommand.keyword, answer: await conversation.ask(line) };
}

/** USER and PASS, without their line ends; the password is masked in the transcript from here on. */
export function passwordLines(conversation: Conversation, auth: AuthOptions): readonly [user: string, pass: string] {
  const { name, password } = prepared(auth);
  conversation.wire.transcript.secrets.add(password);
  return [
    lineOf(userCommand.keyword, userCommand.params.format(name)),
    lineOf(passCommand.keyword, passCommand.params.format(password)),
  ];
}

function prepared(auth: AuthOptions): { readonly name: string; readonly password: string } {
  const prepare = auth.prepare ?? ((text: string): string => text.normalize("NFKC"));
  return { name: prepare(auth.user), password: prepare(auth.password ?? "") };
}

async function byMechanism(
  { mechanism, bindingUnoffered }: Extract<LoginMethodChoice, { kind: "mechanism" }>,
  conversation: Conversation,
  auth: AuthOptions,
  capabilities: Capabilities,
  { host, port }: LoginPlace,
): Promise<LoginAttempt> {
  const { secrets } = conversation.wire.transcript;
  const token = typeof auth.token === "function" ? await auth.token({ refused: false, signal: undefined }) : auth.token;
  for (const secret of [auth.password, token]) if (secret !== undefined) secrets.add(secret);
  const exchange = mechanism.client({
    name: auth.user,
    password: auth.password ?? "",
    ...(token !== undefined && { token }),
    ...(auth.authorizationId !== undefined && { authorizationId: auth.authorizationId }),
    channelBindings: conversation.wire.channelBindings,
    bindingUnoffered,
    prepare: auth.prepare ?? ((text) => text.normalize("NFKC")),
    host,
    port,
    random: (octets) => randomBytes(octets),
  });
  const first = exchange.next();
  let held = mechanism.clientFirst && first.done !== true ? toBase64(first.value) : null;
  if (held !== null) secrets.add(held);
  let line = lineOf(saslCommand.keyword, mechanism.name);
  const whole = `${line} ${held === "" ? "=" : held}`;
  if (held !== null && capabilities.has(sasl) && whole.length + 2 <= COMMAND_OCTETS) {
    line = whole;
    held = null;
  }
  const method = mechanism.name;
  const { transcript } = conversation.wire;
  let answer = await conversation.ask(line);
  if (answer.status === "+") {
    // Salt, nonces and signatures are enough to try passwords against, for whoever reads a report.
    transcript.add("#", "the rest of the exchange is left out");
    transcript.hushed = true;
  }
  try {
    for (let challenges = 0; answer.status === "+"; challenges++) {
      if (challenges === MOST_CHALLENGES) throw new MechanismRefused("the server asks and asks");
      let response = held;
      if (response === null) {
        const next = exchange.next(fromBase64(answer.text));
        response = next.done === true ? "" : toBase64(next.value);
      }
      held = null;
      secrets.add(response);
      answer = await conversation.ask(response);
    }
  } finally {
    if (transcript.hushed) {
      transcript.hushed = false;
      if (answer.status !== "+") transcript.add("S", answer.line);
    }
  }
  if (answer.status === "+OK" && exchange.next(new Uint8Array(0)).done !== true) {
    throw new MechanismRefused("the server let the user in before it had proved itself");
  }
  return { method, answer };
}

function lineOf(keyword: string, rest: string | null): string {
  // One character an octet, as everything that a wire sends.
  return octetString(utf8Octets(formatCommand(keyword, rest))).slice(0, -2);
}

function toBase64(octets: Uint8Array): string {
  return btoa(octetString(octets));
}

function fromBase64(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    throw new MechanismRefused("a challenge of the server is no Base64");
  }
}
