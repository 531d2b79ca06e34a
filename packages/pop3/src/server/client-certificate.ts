// The certificate that a client showed when TLS began, as authenticators see it.
// Whether its chain holds was decided in `tls.ts`; how a certificate is read is `protocol/certificate.ts`'s.
import { createHash } from "node:crypto";
import type { TLSSocket } from "node:tls";
import type { ClientCertificate } from "../contracts/authenticator.js";
import { commonName, emailAddresses } from "../protocol/certificate.js";

/** The client's certificate where it gave one and its chain was verified, else null. */
export function clientCertificateOf(socket: TLSSocket): ClientCertificate | null {
  const certificate = socket.authorized ? socket.getPeerX509Certificate() : undefined;
  if (certificate === undefined) return null;
  const raw = Uint8Array.from(certificate.raw);
  return {
    raw,
    fingerprint: createHash("sha256").update(raw).digest("hex"),
    commonName: commonName(raw),
    emails: emailAddresses(raw),
  };
}
