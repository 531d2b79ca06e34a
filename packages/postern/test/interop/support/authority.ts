// A certificate authority for the certificates of clients, made anew in each run; and what it issues.
import { webcrypto } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import type { CertificateFiles } from "./client.js";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const dayMs = 86_400_000;

export interface Authority {
  /** Its own certificate in PEM form. */
  readonly certificate: string;
  /** Issues a certificate to this common name and writes it into the folder. */
  issue(commonName: string, folder: string): Promise<CertificateFiles>;
}

export async function makeAuthority(name: string): Promise<Authority> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const days = (): { notBefore: Date; notAfter: Date } => {
    return { notBefore: new Date(Date.now() - dayMs), notAfter: new Date(Date.now() + dayMs) };
  };
  const own = await x509.X509CertificateGenerator.createSelfSigned(
    {
      ...days(),
      name: [{ CN: [name] }],
      keys,
      signingAlgorithm: algorithm,
      extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
    },
    webcrypto,
  );
  return {
    certificate: `${own.toString("pem")}\n`,
    issue: async (commonName, folder) => {
      const subject = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
      const certificate = await x509.X509CertificateGenerator.create(
        {
          ...days(),
          subject: [{ CN: [commonName] }],
          issuer: own.subject,
          publicKey: subject.publicKey,
          signingKey: keys.privateKey,
          signingAlgorithm: algorithm,
          extensions: [
            new x509.BasicConstraintsExtension(false, undefined, true),
            new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
            new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
          ],
        },
        webcrypto,
      );
      const key = x509.PemConverter.encode(
        await webcrypto.subtle.exportKey("pkcs8", subject.privateKey),
        "PRIVATE KEY",
      );
      const files = { certificate: "certificate.pem", key: "key.pem", both: "both.pem" };
      const write = (name: string, ...parts: readonly string[]): string => {
        const file = join(folder, name);
        writeFileSync(file, `${parts.join("\n")}\n`, { mode: 0o600 });
        return file;
      };
      return {
        certificate: write(files.certificate, certificate.toString("pem")),
        key: write(files.key, key),
        both: write(files.both, certificate.toString("pem"), key),
      };
    },
  };
}
