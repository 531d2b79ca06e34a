// EXTERNAL (RFC 4422 appendix A): the client points to what the connection knows of it already, its certificate.
// Whether TLS accepted the certificate has been decided before; the authenticator says whom it stands for.
import {
  bothEnds,
  type ClientMechanism,
  type Mechanism,
  type MechanismOutcome,
  type MechanismServerContext,
} from "../contracts/mechanism.js";
import { identityGiven } from "./exchange/identity.js";
import { actingAs, CREDENTIALS, lacking, MALFORMED } from "./exchange/outcome.js";
import { hasControls, textOf, utf8 } from "./exchange/text.js";
import { withoutChallenge } from "./exchange/without-challenge.js";

async function judge(context: MechanismServerContext, message: Uint8Array | null): Promise<MechanismOutcome> {
  const identity = textOf(message);
  if (identity === null || hasControls(identity)) return MALFORMED;
  if (context.certificate === null) return CREDENTIALS;
  const user = await context.authenticator.userOfCertificate?.(context.certificate);
  if (user === undefined) throw lacking("userOfCertificate");
  return actingAs(context, user, identity);
}

export const externalClient: ClientMechanism = {
  name: "EXTERNAL",
  credentials: "certificate",
  onRequest: false,
  revealsSecret: false,
  bindsChannel: false,
  clientFirst: true,
  singleMessage: true,
  *client(context) {
    yield utf8(identityGiven(context));
  },
};

export const external: Mechanism = /* @__PURE__ */ bothEnds(externalClient, {
  reference: ["RFC 4422"],
  discussion:
    "The client has shown a certificate when TLS began, and now asks to be taken for whom it stands for, or for somebody else whom that one may act " +
    "as. No password exists that could be lost. It needs a server that asks for certificates, and an issuer whom it trusts.",
  example: `C: AUTH EXTERNAL =
S: +OK`,
  server: (context, initialResponse) => withoutChallenge(() => judge(context, initialResponse)),
});
