// The client's side of SCRAM (RFC 5802 §5). The server has to prove itself too: who does not know the password's verifier
// cannot sign. Computes the keys at once, and blocks meanwhile.
import type { ScramHash } from "../../contracts/authenticator.js";
import { type ClientExchange, type MechanismClientContext, MechanismRefused } from "../../contracts/mechanism.js";
import { base64 } from "../exchange/base64.js";
import { formatGs2, formatSaslName } from "../exchange/gs2.js";
import { identityGiven } from "../exchange/identity.js";
import { given, NOTHING, textOf, utf8 } from "../exchange/text.js";
import { BINDING_TYPES, boundOctets, channelBinding } from "./binding.js";
import { clientKeysOf, clientProof, equalOctets, LEAST_ITERATIONS, serverSignature } from "./keys.js";
import { parseServerFinal, parseServerFirst } from "./messages.js";
import { NONCE_OCTETS, nonceOf } from "./nonce.js";

/**
 * More than eight times what is advised today for either hash function's slower use: seconds, not minutes, of one processor.
 * A hostile server could ask for hours (RFC 5802 §9).
 */
const MOST_ITERATIONS = 5_000_000;

export function* scramClient(hash: ScramHash, binds: boolean, context: MechanismClientContext): ClientExchange {
  const name = given(context.name, "a name", context.prepare);
  const password = given(context.password, "a password", context.prepare);
  const { flag, binding } = binds
    ? bindingOf(context)
    : { flag: context.bindingUnoffered ? "y" : "n", binding: NOTHING };
  const header = formatGs2(flag, identityGiven(context));
  const nonce = nonceOf(context.random(NONCE_OCTETS));
  const bare = `n=${formatSaslName(name)},r=${nonce}`;

  const challenge = textOf(yield utf8(header + bare));
  const first = parseServerFirst(challenge);
  if (first === null) throw new MechanismRefused("the server's first message is not as SCRAM has it");
  if (!first.nonce.startsWith(nonce) || first.nonce.length === nonce.length) {
    throw new MechanismRefused("the server's nonce does not continue the client's");
  }
  if (first.iterations < LEAST_ITERATIONS || first.iterations > MOST_ITERATIONS) {
    throw new MechanismRefused(
      `the server asks for an iteration count out of bounds: ${LEAST_ITERATIONS} to ${MOST_ITERATIONS} are accepted`,
    );
  }

  const keys = clientKeysOf(hash, password, first.salt, first.iterations);
  const withoutProof = `c=${base64(boundOctets(header, binding))},r=${first.nonce}`;
  const authMessage = `${bare},${challenge},${withoutProof}`;
  const proof = clientProof(hash, keys, authMessage);
  const final = parseServerFinal(textOf(yield utf8(`${withoutProof},p=${base64(proof)}`)));
  if (final === null) throw new MechanismRefused("the server's last message is not as SCRAM has it");
  if (final.signature === null) {
    // The refusal itself is the server's to send; nothing but that may follow.
    yield NOTHING;
    throw new MechanismRefused("the server refused the proof, and went on nevertheless");
  }
  if (!equalOctets(final.signature, serverSignature(hash, keys.serverKey, authMessage))) {
    throw new MechanismRefused("the server's signature is wrong: it does not know the password's verifier");
  }
  yield NOTHING;
}

function bindingOf({ channelBindings }: MechanismClientContext): {
  readonly flag: string;
  readonly binding: Uint8Array;
} {
  for (const type of BINDING_TYPES) {
    const binding = channelBinding(channelBindings, type);
    if (binding !== null) return { flag: `p=${type}`, binding };
  }
  throw new RangeError("there is no channel to bind: this connection has no TLS, or no binding of a known type");
}
