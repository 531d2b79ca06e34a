// Makes a self-signed server certificate (RFC 5280) for an EC key. Knows no files and no configuration.
// Where the certificate is kept, how long it is valid and when it is renewed is decided in `certificate.ts`.
import { createPublicKey, webcrypto } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { isIP } from "node:net";

export interface SelfSignedOptions {
  /** A P-256 private key. */
  readonly key: KeyObject;
  /** Host names and IP addresses for subjectAltName; the first is the common name too. */
  readonly names: readonly [string, ...string[]];
  readonly notBefore: Date;
  readonly notAfter: Date;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** Octets that a common name may have (RFC 5280, appendix A.1). */
const COMMON_NAME_OCTETS = 64;

/** The certificate in PEM form. */
export async function selfSigned({ key, names, notBefore, notAfter }: SelfSignedOptions): Promise<string> {
  // Wanted once in the life of a data directory, so no other start loads it; the library asks for its polyfill to be there first.
  await import("reflect-metadata");
  const x509 = await import("@peculiar/x509");
  const publicKey = createPublicKey(key).toCryptoKey(algorithm, true, ["verify"]);
  const subject = [{ CN: [names[0].slice(0, COMMON_NAME_OCTETS)] }];
  const certificate = await x509.X509CertificateGenerator.create(
    {
      subject,
      issuer: subject,
      notBefore,
      notAfter,
      publicKey,
      signingKey: key.toCryptoKey(algorithm, true, ["sign"]),
      signingAlgorithm: algorithm,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(
          names.map((value) => ({ type: isIP(value) === 0 ? ("dns" as const) : ("ip" as const), value })),
        ),
        await x509.SubjectKeyIdentifierExtension.create(publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  );
  return `${certificate.toString("pem")}\n`;
}
