// The server's side of SCRAM (RFC 5802 §5), for each hash function, with and without channel binding.
// Says the same in the same time whether the name is known or not: the authenticator has a verifier for every name.
import type { ScramHash } from "../../contracts/authenticator.js";
import type { MechanismOutcome, MechanismServerContext, ServerExchange } from "../../contracts/mechanism.js";
import { base64 } from "../exchange/base64.js";
import type { Gs2Header } from "../exchange/gs2.js";
import { actingAs, CREDENTIALS, lacking, MALFORMED } from "../exchange/outcome.js";
import { NOTHING, prepared, textOf, utf8 } from "../exchange/text.js";
import { equalOctets, hashOctets, proofFits, serverSignature } from "./keys.js";
import { parseClientFinal, parseClientFirst } from "./messages.js";
import { NONCE_OCTETS, nonceOf } from "./nonce.js";
import { boundOctets, channelBinding } from "./binding.js";

export async function* scramServer(
  hash: ScramHash,
  binds: boolean,
  context: MechanismServerContext,
  initialResponse: Uint8Array | null,
): ServerExchange {
  const first = parseClientFirst(textOf(initialResponse));
  if (first === null) return MALFORMED;
  const binding = bindingOf(first.header, hash, binds, context);
  if (!(binding instanceof Uint8Array)) return binding;
  const name = prepared(first.name, context.prepare);
  if (name === null) return CREDENTIALS;
  const verifier = await context.authenticator.scramVerifier?.(name, hash);
  if (verifier === undefined) throw lacking("scramVerifier");

  const nonce = first.nonce + nonceOf(context.random(NONCE_OCTETS));
  const challenge = `r=${nonce},s=${base64(verifier.salt)},i=${verifier.iterations}`;
  const final = parseClientFinal(textOf(yield utf8(challenge)));
  if (final === null || final.proof.length !== hashOctets(hash)) return MALFORMED;
  // A replayed message has another nonce; one that passed through somebody else's TLS connection has another binding.
  if (final.nonce !== nonce) return CREDENTIALS;
  if (!equalOctets(final.binding, boundOctets(first.header.text, binding))) return CREDENTIALS;

  const authMessage = `${first.bare},${challenge},${final.withoutProof}`;
  const fits = proofFits(hash, verifier.storedKey, authMessage, final.proof);
  const outcome = await actingAs(context, fits ? verifier.user : null, first.header.identity);
  if (outcome.user === null) return outcome;
  const signature = serverSignature(hash, verifier.serverKey, authMessage);
  const end = yield utf8(`v=${base64(signature)}`);
  return end.length === 0 ? outcome : MALFORMED;
}

/** What the client's last message must be bound to, or why there is nothing to be had (RFC 5802 §6). */
function bindingOf(
  header: Gs2Header,
  hash: ScramHash,
  binds: boolean,
  context: MechanismServerContext,
): Uint8Array | MechanismOutcome {
  if (binds !== (header.flag === "p")) return MALFORMED;
  if (binds) return channelBinding(context.channelBindings, header.binding) ?? MALFORMED;
  // The client was told of no mechanism that binds, and there is one: somebody has shortened the list on its way.
  return header.flag === "y" && context.offered.includes(`SCRAM-${hash}-PLUS`) ? CREDENTIALS : NOTHING;
}
