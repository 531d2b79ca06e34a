// TLS spoken by something other than the test server, in front of its port for the clear: old versions, other ALPN, no ALPN at all.
// Knows no POP3; passes octets on.
import { connect, type AddressInfo } from "node:net";
import { createServer, type TlsOptions } from "node:tls";
import { testCertificates } from "../../src/testing/test-certificates.js";

export interface TlsFront extends AsyncDisposable {
  readonly port: number;
}

/** Listens on loopback with implicit TLS, and passes on what comes to `port`. */
export async function startTlsFront(port: number, options: TlsOptions): Promise<TlsFront> {
  const { key, cert } = testCertificates.valid as { readonly key: string; readonly cert: string };
  const server = createServer({ key, cert, ...options }, (secured) => {
    const behind = connect(port, "127.0.0.1");
    secured.on("error", () => behind.destroy());
    behind.on("error", () => secured.destroy());
    secured.pipe(behind).pipe(secured);
  });
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
