// What a capability's line says before login and after it, asked on two connections, for those whose argument may differ.
// Knows no capability; what the two have to do with each other is for the checks.
import { Capabilities } from "../../client/capabilities.js";
import type { ClientCapability } from "../../contracts/capability.js";
import type { Conversation } from "../conversation.js";
import { NotTested } from "../outcome.js";
import type { Proof } from "../proof.js";

/** Both arguments. Throws `NotTested` where it is not listed before. */
export async function announced<Argument>(
  proof: Proof,
  capability: ClientCapability<Argument>,
): Promise<{ readonly before: Argument; readonly after: Argument | undefined }> {
  // Who lists nothing is not asked again: some servers hang up at the second command that they do not know.
  if (!proof.facts.lists(capability.tag ?? "")) throw new NotTested(`${capability.tag} is not announced`);
  const [before, after] = [await listing(proof, await proof.before()), await listing(proof, await proof.session())];
  const value = before.get(capability);
  if (value === undefined) throw new NotTested(`${capability.tag} is not announced before login`);
  return { before: value, after: after.get(capability) };
}

async function listing({ facts }: Proof, conversation: Conversation): Promise<Capabilities> {
  const { answer, body } = await conversation.multi("CAPA");
  if (body === null) throw new NotTested(`CAPA was refused: ${answer.line}`);
  return new Capabilities(body.lines, facts.registry, () => {});
}
