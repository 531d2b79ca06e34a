// TLS on a server's connections: the certificate, and the step from octets in the clear to TLS (RFC 2595, RFC 8314).
// Implicit TLS and STLS take the same way. Knows no POP3 but the protocol's ALPN name.
import type { Socket } from "node:net";
import { createSecureContext, TLSSocket, type SecureContext } from "node:tls";

/** A certificate chain and its key, PEM. */
export interface TlsIdentity {
  readonly key: string | Uint8Array;
  readonly cert: string | Uint8Array;
}

/** Throws where key and certificate are no PEM or do not belong together. TLS 1.2 is the oldest version spoken (RFC 8996). */
export function secureContext({ key, cert }: TlsIdentity): SecureContext {
  return createSecureContext({ key: pem(key), cert: pem(cert), minVersion: "TLSv1.2" });
}

function pem(text: string | Uint8Array): string {
  return typeof text === "string" ? text : new TextDecoder().decode(text);
}

/** Begins TLS on a connection, as the server. Resolves after the handshake; rejects where it fails or the peer goes. */
export function startTls(socket: Socket, context: SecureContext): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    // A client that asks by ALPN for anything but POP3 came to the wrong port and is refused by the handshake.
    const secured = new TLSSocket(socket, { isServer: true, secureContext: context, ALPNProtocols: ["pop3"] });
    // A TLS error after the handshake is told by this event alone where no `tls.Server` stands behind the socket, and destroys
    // nothing: the session would wait on a dead connection.
    secured.on("_tlsError", (error: Error) => secured.destroy(error));
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
    const onSecure = (): void => settle(null);
    const onClose = (): void => settle(new Error("the connection was closed during the TLS handshake"));
    secured.on("secure", onSecure);
    secured.on("error", settle);
    secured.on("close", onClose);
    // A socket that may be half open is not closed by the peer's end alone.
    secured.on("end", onClose);
  });
}
