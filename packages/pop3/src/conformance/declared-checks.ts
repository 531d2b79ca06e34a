// The checks that declarations carry, as checks that the examination runs: each dialog is played where its capability is announced, and the
// argument is read by its grammar.
// Knows no capability by name.
import { capaCommand } from "../capabilities/capa.js";
import type { AnyCapability } from "../contracts/capability.js";
import type { Check } from "../contracts/check.js";
import { parseCapabilityLine } from "../protocol/capability-line.js";
import { parseDialog } from "../protocol/dialog.js";
import { DialogMismatch, playDialog } from "../wire/dialog-player.js";
import type { ConformanceCheck } from "./check.js";
import type { Conversation } from "./conversation.js";
import { judgeListings } from "./listed.js";
import { CheckFailed, NotTested, Undecided } from "./outcome.js";
import type { Proof } from "./proof.js";

/** How many messages a dialog counts on: the highest number that it names. */
function messagesNeeded(dialog: string): number {
  const numbers = dialog.matchAll(/(?:C[:-]|\\n) ?[A-Z]{3,4} (\d)\b|S: (?:\+OK )?(\d)\b/g);
  return Math.max(0, ...[...numbers].map(([, sent, received]) => Number(sent ?? received)));
}

/** One for each argument and each dialog, in the order of the declarations. */
export function declaredChecks(capabilities: readonly AnyCapability[]): readonly ConformanceCheck[] {
  return capabilities.flatMap((capability) => [
    ...argumentChecks(capability),
    ...capability.checks.map((check) => declaredCheck(capability, check)),
  ]);
}

/** The grammar of the argument, before login; after it, `listing-arguments-after-login` speaks for all. */
function argumentChecks(capability: AnyCapability): readonly ConformanceCheck[] {
  const { tag, name, argument, definedIn, reference } = capability;
  if (tag === null) return [];
  return [
    {
      id: `${name}-argument`,
      tag,
      level: "MUST",
      reference: definedIn ?? reference[0] ?? "RFC 2449 §5",
      title: `${tag} is listed with the arguments that it is declared with: ${argument.text}.`,
      remedy: `Put behind ${tag} in the list what its specification says: ${argument.text}.`,
      given: "AUTHORIZATION",
      async prove(proof) {
        await proof.before();
        if (!proof.facts.lists(tag)) throw new NotTested(`${tag} is not announced`);
        await judgeListings(proof, "AUTHORIZATION", ({ lines }) => argumentProblem(capability, lines));
      },
    },
  ];
}

/** What is wrong with the first of the lines that lists the capability so; null where nothing is. */
export function argumentProblem({ tag, argument }: AnyCapability, lines: readonly string[]): string | null {
  for (const line of lines) {
    const parsed = parseCapabilityLine(line);
    if ("problem" in parsed || parsed.value.tag.toUpperCase() !== tag?.toUpperCase()) continue;
    const read = argument.parse(parsed.value.params);
    if ("problem" in read) return `${JSON.stringify(line)} is listed: ${read.problem}`;
  }
  return null;
}

function declaredCheck(capability: AnyCapability, check: Check): ConformanceCheck {
  const { over: _over, needs: _needs, ...facts } = check;
  return {
    ...facts,
    tag: capability.tag,
    async prove(proof) {
      requireAnnounced(capability, check, proof);
      const conversation = await conversationFor(check, proof);
      // Whether the end of the connection has come already or not, nobody else is to wait for an answer there.
      if (/^\s*C[:-].*\bQUIT\b/m.test(check.dialog)) conversation.spent = true;
      try {
        await playDialog(parseDialog(check.dialog, { tagsInAnyCase: true }), conversation.wire);
      } catch (error) {
        throw error instanceof DialogMismatch ? verdictOn(error, capability, check) : error;
      }
    },
  };
}

/** Who announces nothing promises nothing, and who announces after login alone promises nothing before it, as servers behind a proxy do. */
function requireAnnounced(capability: AnyCapability, { given, over, needs = [] }: Check, { facts }: Proof): void {
  const announced = capability.tag === null ? [] : [capability.tag];
  const early = given === "AUTHORIZATION" && over === undefined;
  for (const tag of [...announced, ...needs]) {
    if (!facts.lists(tag)) throw new NotTested(`${tag} is not announced`);
    if (early && facts.before?.capabilities.has(tag) !== true)
      throw new NotTested(`${tag} is not announced before login`);
  }
  // A server may do without CAPA (RFC 2449 §5).
  if (capability.commands.includes(capaCommand) && !facts.listsAnything)
    throw new NotTested(`the server does not know ${capaCommand.keyword}`);
}

/** What the mismatch tells of the server; nothing, where it may have another reason. */
function verdictOn({ problem, missed }: DialogMismatch, { commands }: AnyCapability, { effect }: Check): Error {
  const { wanted, because, refused } = missed;
  const refusesLogins = effect === "wrong-login" || commands.some(({ secret }) => secret === true);
  const innocent =
    because === "overlong" ||
    // Many servers hang up on who is refused too often, and answer refused logins late.
    (because === "closed" && (refused || refusesLogins)) ||
    (because === "silent" && refusesLogins) ||
    // A message may be a header alone.
    (because === "ended" && wanted === "");
  return innocent ? new Undecided(problem) : new CheckFailed(problem);
}

async function conversationFor({ given, over, effect, dialog }: Check, proof: Proof): Promise<Conversation> {
  if (given === "TRANSACTION") {
    const session = await proof.session();
    if (over !== undefined && session.secure !== (over === "tls"))
      throw new NotTested(`it is for connections ${OVER[over]}`);
    if (effect === "retrieves") proof.mayRetrieve();
    const needed = messagesNeeded(dialog);
    if (needed > 0) await proof.requireMessages(session, needed);
    return session;
  }
  if (over === "cleartext") return proof.clear();
  if (over === "tls") {
    const conversation = await proof.before();
    if (!conversation.secure) throw new NotTested("the server offers no TLS on this port");
    return conversation;
  }
  return effect === "wrong-login" ? proof.freshBefore() : proof.before();
}

const OVER = { tls: "under TLS", cleartext: "in the clear" } as const;
