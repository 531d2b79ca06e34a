// The checks that declarations carry, as checks that the examination runs: each dialog is played where its capability is announced.
// Knows no capability by name.
import { capaCommand } from "../capabilities/capa.js";
import type { AnyCapability } from "../contracts/capability.js";
import type { Check } from "../contracts/check.js";
import { parseDialog } from "../protocol/dialog.js";
import { DialogMismatch, playDialog } from "../wire/dialog-player.js";
import type { ConformanceCheck } from "./check.js";
import type { Conversation } from "./conversation.js";
import { CheckFailed, NotTested, Undecided } from "./outcome.js";
import type { Proof } from "./proof.js";

/** How many messages a dialog counts on: the highest number that it names. */
function messagesNeeded(dialog: string): number {
  const numbers = dialog.matchAll(/(?:C[:-]|\\n) ?[A-Z]{3,4} (\d)\b|S: (?:\+OK )?(\d)\b/g);
  return Math.max(0, ...[...numbers].map(([, sent, received]) => Number(sent ?? received)));
}

/** One for each dialog, in the order of the declarations. */
export function declaredChecks(capabilities: readonly AnyCapability[]): readonly ConformanceCheck[] {
  return capabilities.flatMap((capability) => capability.checks.map((check) => declaredCheck(capability, check)));
}

function declaredCheck(capability: AnyCapability, check: Check): ConformanceCheck {
  const { over: _, ...facts } = check;
  return {
    ...facts,
    tag: capability.tag,
    async prove(proof) {
      if (capability.tag !== null && !proof.facts.lists(capability))
        throw new NotTested(`${capability.tag} is not announced`);
      if (capability.commands.includes(capaCommand) && !proof.facts.extended)
        throw new NotTested("the server does not know the extension mechanism (RFC 2449)");
      const conversation = await conversationFor(check, proof);
      try {
        await playDialog(parseDialog(check.dialog), conversation.wire);
      } catch (error) {
        if (!(error instanceof DialogMismatch)) throw error;
        // A server may take its time: some hold the answer to a refused login for longer than anybody waits.
        throw error.silent ? new Undecided(error.problem) : new CheckFailed(error.problem);
      }
    },
  };
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
  if (over === "cleartext") return proof.cleartext();
  if (over === "tls") return proof.secure();
  return effect === "wrong-login" ? proof.freshBefore() : proof.before();
}

const OVER = { tls: "under TLS", cleartext: "in the clear" } as const;
