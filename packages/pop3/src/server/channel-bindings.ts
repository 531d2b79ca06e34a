// What TLS tells of a connection for authentication: channel bindings (RFC 5056) and the client's certificate.
// Knows no mechanism. Which certificate the server shows is `tls.ts`'s; how a certificate is read is `protocol/certificate.ts`'s.
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { TLSSocket } from "node:tls";
import type { ClientCertificate } from "../contracts/authenticator.js";
import type { ChannelBindings } from "../contracts/mechanism.js";
import { commonName, emailAddresses, signatureHash } from "../protocol/certificate.js";

const EXPORTER_LABEL = "EXPORTER-Channel-Binding";
const EXPORTER_OCTETS = 32;

/**
 * `tls-server-end-point` for a server's certificate in DER (RFC 5929 §4.1), or null where its signature has no hash function to
 * take. MD5 and SHA-1 give way to SHA-256.
 */
export function serverEndPoint(certificate: Uint8Array): Uint8Array | null {
  const hash = signatureHash(certificate);
  if (hash === null) return null;
  return createHash(hash === "md5" || hash === "sha1" ? "sha256" : hash)
    .update(certificate)
    .digest();
}

/** The bindings of a connection after its handshake, the same at both ends. `endPoint` is `serverEndPoint` of the server's certificate. */
export function channelBindings(socket: TLSSocket, endPoint: Uint8Array | null): ChannelBindings {
  return {
    // RFC 9266 §4.2: before TLS 1.3 with the extended master secret alone, and whether that is used Node does not say.
    ...(socket.getProtocol() === "TLSv1.3" && {
      "tls-exporter": socket.exportKeyingMaterial(EXPORTER_OCTETS, EXPORTER_LABEL, Buffer.alloc(0)),
    }),
    ...(endPoint !== null && { "tls-server-end-point": endPoint }),
  };
}

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
