// TLS on a server's connections: the certificate, and the step from octets in the clear to TLS (RFC 2595, RFC 8314).
// Implicit TLS and STLS take the same way. Knows no POP3 but the protocol's ALPN name.
import { Buffer } from "node:buffer";
import { createHash, X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import { createSecureContext, TLSSocket, type SecureContext } from "node:tls";
import { serverEndPoint } from "../mechanisms/exchange/channel-bindings.js";

/** A certificate chain and its key, PEM. */
export interface TlsIdentity {
  readonly key: string | Uint8Array;
  readonly cert: string | Uint8Array;
  /**
   * The certificates, PEM, of those who vouch for clients. A client is then asked for a certificate; one that has none, or one
   * that does not hold, is served like any other and cannot log in by it.
   */
  readonly clientCa?: string | Uint8Array;
  /** 48 secret octets with which sessions are resumed, the same for all who serve one port. Random where absent. */
  readonly ticketKeys?: Uint8Array;
}

/** What TLS is started with; a plain `SecureContext` asks for no certificate. */
export interface ServerContext extends SecureContext {
  readonly requestsCertificate?: boolean;
  /** `tls-server-end-point` of the server's certificate (RFC 5929 §4), or null where it has none. */
  readonly serverEndPoint?: Uint8Array | null;
}

const TICKET_KEYS_OCTETS = 48;

/** Throws where key and certificate are no PEM or do not belong together. TLS 1.2 is the oldest version spoken (RFC 8996). */
export function secureContext(identity: TlsIdentity): ServerContext {
  const cert = pem(identity.cert);
  const clientCa = identity.clientCa === undefined ? null : pem(identity.clientCa);
  // Node takes a file without certificates for an empty list.
  if (clientCa !== null && !clientCa.includes("-----BEGIN CERTIFICATE-----")) {
    throw new RangeError(
      "clientCa holds no certificate: write those of the authorities that clients' certificates come from, PEM",
    );
  }
  const { ticketKeys } = identity;
  if (ticketKeys !== undefined && ticketKeys.length !== TICKET_KEYS_OCTETS) {
    throw new RangeError(`ticketKeys has ${ticketKeys.length} octets and needs ${TICKET_KEYS_OCTETS}`);
  }
  const context = createSecureContext({
    key: pem(identity.key),
    cert,
    minVersion: "TLSv1.2",
    ...(clientCa !== null && { ca: clientCa }),
    ...(ticketKeys !== undefined && { ticketKeys: Buffer.from(ticketKeys) }),
    // A session carries the verdict on its client's certificate, so it is resumed only under the authorities that gave it.
    sessionIdContext: createHash("sha256")
      .update(clientCa ?? "")
      .digest("hex")
      .slice(0, 32),
  });
  return Object.assign(context, {
    requestsCertificate: clientCa !== null,
    serverEndPoint: serverEndPoint(new X509Certificate(cert).raw),
  });
}

function pem(text: string | Uint8Array): string {
  return typeof text === "string" ? text : new TextDecoder().decode(text);
}

/**
 * Begins TLS on a connection, as the server. Resolves after the handshake; rejects where it fails or the peer goes. Whether the
 * client's certificate was verified is `authorized` of the socket.
 */
export function startTls(socket: Socket, context: ServerContext): Promise<TLSSocket> {
  const requestCert = context.requestsCertificate ?? false;
  return new Promise((resolve, reject) => {
    // A client that asks by ALPN for anything but POP3 came to the wrong port and is refused by the handshake.
    const secured = new TLSSocket(socket, {
      isServer: true,
      secureContext: context,
      ALPNProtocols: ["pop3"],
      requestCert,
      rejectUnauthorized: false,
    });
    // A TLS error after the handshake is told by this event alone where no `tls.Server` stands behind the socket, and destroys
    // nothing: the session would wait on a dead connection.
    let verdictJustFell = false;
    secured.on("_tlsError", (error: Error) => {
      if (!verdictJustFell) secured.destroy(error);
    });
    // Another handshake could bring another certificate, which nobody would have verified (RFC 9325 §3.5); that is an error then.
    secured.disableRenegotiation();
    const settle = (error: Error | null): void => {
      secured.off("secure", onSecure);
      secured.off("error", settle);
      secured.off("close", onClose);
      secured.off("end", onClose);
      if (error === null) {
        resolve(secured);
        return;
      }
      secured.on("error", () => {});
      secured.destroy();
      socket.destroy();
      reject(error);
    };
    const onSecure = (): void => {
      if (requestCert) {
        secured.authorized = verified(secured);
        // Why a certificate's signature does not hold, OpenSSL reports once more behind the handshake; nothing is wrong with TLS.
        verdictJustFell = !secured.authorized;
        setImmediate(() => (verdictJustFell = false));
      }
      settle(null);
    };
    const onClose = (): void => settle(new Error("the connection was closed during the TLS handshake"));
    secured.on("secure", onSecure);
    secured.on("error", settle);
    secured.on("close", onClose);
    // A socket that may be half open is not closed by the peer's end alone.
    secured.on("end", onClose);
  });
}

/**
 * Whether the chain of the client's certificate was verified. `tls.Server` sets `authorized` from this verdict, and without one
 * nobody does; Node shows it nowhere else. Where it cannot be had, nothing is verified.
 */
function verified(socket: TLSSocket): boolean {
  const { _handle: handle } = socket as unknown as { _handle?: { verifyError?: () => unknown } };
  return handle?.verifyError?.() === null && socket.getPeerX509Certificate() !== undefined;
}
