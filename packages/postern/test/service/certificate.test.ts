// The server's certificate: made once, kept, renewed under its key; and the operator's own, checked.
import { execFileSync } from "node:child_process";
import { createPrivateKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { givenCertificate, ownCertificate } from "../../src/service/certificate.js";
import { ServiceProblem } from "../../src/service/problem.js";
import { selfSigned } from "../../src/service/self-signed.js";

const nowMs = Date.UTC(2026, 10, 23);
const dayMs = 86_400_000;
let data = "";
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), "postern-certificate-"));
});
afterEach(() => rmSync(data, { recursive: true }));

describe("self-signed", () => {
  test("is made on the first call, for localhost, and kept", async () => {
    const made = await ownCertificate(data, undefined, nowMs);
    const certificate = new X509Certificate(made.cert);
    expect(certificate.checkHost("localhost")).toBe("localhost");
    expect(certificate.checkIP("127.0.0.1")).toBe("127.0.0.1");
    expect(certificate.checkIP("::1")).toBeDefined();
    expect(certificate.ca).toBe(false);
    expect(certificate.serialNumber).toMatch(/^[0-9A-F]{16,40}$/);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(made.key))).toBe(true);
    expect(certificate.validFromDate.getTime()).toBeLessThan(nowMs);
    expect(certificate.validToDate.getTime()).toBeLessThan(nowMs + 825 * dayMs);
    expect(readFileSync(made.selfSignedFile ?? "", "utf8")).toBe(made.cert);
    expect(await ownCertificate(data, undefined, nowMs + 300 * dayMs)).toEqual(made);
    expect(readdirSync(data)).toEqual(["tls"]);
  });

  test("keeps its key from others", async () => {
    await ownCertificate(data, undefined, nowMs);
    expect(statSync(join(data, "tls/key.pem")).mode & 0o777).toBe(0o600);
    expect(statSync(join(data, "tls")).mode & 0o077).toBe(0);
  });

  test("is renewed under the same key when it nears its end", async () => {
    const before = await ownCertificate(data, undefined, nowMs);
    const after = await ownCertificate(data, undefined, nowMs + 799 * dayMs);
    expect(after.key).toBe(before.key);
    expect(new X509Certificate(after.cert).validToDate.getTime()).toBeGreaterThan(nowMs + 1500 * dayMs);
    expect(readdirSync(join(data, "tls")).toSorted()).toEqual(["certificate.pem", "key.pem"]);
  });

  test("gets the configured host name, a name or an address, once", async () => {
    await ownCertificate(data, undefined, nowMs);
    for (const host of ["pop.example.net", "192.0.2.7"]) {
      const named = await ownCertificate(data, host, nowMs);
      expect(new X509Certificate(named.cert).subjectAltName).toContain(host);
      expect(await ownCertificate(data, host, nowMs)).toEqual(named);
    }
  });

  test("OpenSSL accepts it strictly for each of its names", async () => {
    const { selfSignedFile } = await ownCertificate(data, "pop.example.net", Date.now());
    const file = selfSignedFile ?? "";
    for (const check of [
      ["-verify_hostname", "pop.example.net"],
      ["-verify_ip", "::1"],
      ["-verify_ip", "127.0.0.1"],
    ]) {
      const verified = execFileSync("openssl", [
        "verify",
        "-x509_strict",
        "-purpose",
        "sslserver",
        "-CAfile",
        file,
        ...check,
        file,
      ]);
      expect(verified.toString()).toContain("OK");
    }
  });
});

describe("given", () => {
  async function files(
    notAfter = new Date(nowMs + dayMs),
    notBefore = new Date(nowMs - dayMs),
  ): Promise<[string, string]> {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const [cert, key] = [join(data, "chain.pem"), join(data, "key.pem")];
    writeFileSync(cert, await selfSigned({ key: privateKey, names: ["pop.example.net"], notBefore, notAfter }));
    writeFileSync(key, privateKey.export({ type: "pkcs8", format: "pem" }));
    return [cert, key];
  }

  test("is taken as it is", async () => {
    const [cert, key] = await files();
    expect(givenCertificate(cert, key, nowMs)).toEqual({
      cert: readFileSync(cert, "utf8"),
      key: readFileSync(key, "utf8"),
      selfSignedFile: null,
    });
  });

  function refusal(cert: string, key: string): string {
    try {
      givenCertificate(cert, key, nowMs);
    } catch (error) {
      if (error instanceof ServiceProblem) return error.message;
      throw error;
    }
    return "";
  }

  test("is refused with the reason where it cannot be used", async () => {
    const [cert, key] = await files();
    const foreign = join(data, "foreign.pem");
    writeFileSync(foreign, generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }));
    const locked = join(data, "locked.pem");
    const options = { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" } as const;
    writeFileSync(locked, generateKeyPairSync("ed25519").privateKey.export(options));

    expect(refusal(cert, foreign)).toBe(
      `The private key ${foreign} does not belong to the first certificate in ${cert}.`,
    );
    expect(refusal(cert, locked)).toBe(`The private key ${locked} is protected by a passphrase: give one without.`);
    expect(refusal(key, key)).toBe(`The file ${key} holds no certificate in PEM form.`);
    expect(refusal(cert, cert)).toBe(`The file ${cert} holds no private key in PEM form.`);
    expect(refusal(join(data, "no"), key)).toBe(
      `The certificate ${join(data, "no")} cannot be read: there is no such file.`,
    );
    expect(refusal(cert, data)).toContain(`The private key ${data} cannot be read: it is a directory.`);
  });

  test("is refused before its time and after it", async () => {
    const [cert, key] = await files(new Date(nowMs));
    expect(refusal(cert, key)).toBe(`The certificate ${cert} expired on 2026-11-23T00:00:00.000Z: renew it.`);
    await files(new Date(nowMs + 2 * dayMs), new Date(nowMs + dayMs));
    expect(refusal(cert, key)).toContain("is not valid before 2026-11-24T00:00:00.000Z");
  });
});
