// What ties an exchange to the TLS below it (RFC 5056): the octets of each type, the same at both ends of a connection.
// Knows no socket but by the two questions it asks; which of the types a mechanism takes is its own business.
import { createHash } from "node:crypto";
import type { ChannelBindings } from "../../contracts/mechanism.js";
import { signatureHash } from "../../protocol/certificate.js";

/** What is asked of a TLS connection; a `TLSSocket` of Node answers it, and that of Deno has no keying material to give. */
export interface BoundConnection {
  getProtocol(): string | null;
  exportKeyingMaterial?(octets: number, label: string, context: Uint8Array): Uint8Array;
}

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
export function channelBindings(socket: BoundConnection, endPoint: Uint8Array | null): ChannelBindings {
  return {
    // RFC 9266 §4.2: before TLS 1.3 with the extended master secret alone, and whether that is used Node does not say.
    ...(socket.exportKeyingMaterial !== undefined &&
      socket.getProtocol() === "TLSv1.3" && {
        "tls-exporter": socket.exportKeyingMaterial(EXPORTER_OCTETS, EXPORTER_LABEL, new Uint8Array(0)),
      }),
    ...(endPoint !== null && { "tls-server-end-point": endPoint }),
  };
}
