// The server's certificate: the operator's own, read and checked, or a self-signed one kept in the data directory.
// Knows nothing of sockets; the server gets PEM text.
import { createPrivateKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { hostname } from "node:os";
import { join } from "node:path";
import { ServiceProblem } from "./problem.js";
import { selfSigned } from "./self-signed.js";
import { fileReason } from "../config/file-reason.js";

export interface Certificate {
  /** PEM; the server's own certificate first. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
  /** The file that a client may be given to trust: a self-signed certificate; null where the operator brought one. */
  readonly selfSignedFile: string | null;
}

const dayMs = 86_400_000;
/** Some clients refuse certificates that are valid for more than 825 days. */
const validDays = 800;
/** Renewed at a start this long before the end, so that a server that runs for weeks does not run past it. */
const renewalDays = 60;

function read(file: string, what: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new ServiceProblem(`The ${what} ${file} cannot be read: ${fileReason(error)}.`, { cause: error });
  }
}

function parsedCertificate(pem: string, file: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw new ServiceProblem(`The file ${file} holds no certificate in PEM form.`, { cause: error });
  }
}

function parsedKey(pem: string, file: string): KeyObject {
  if (/^-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(pem)) {
    throw new ServiceProblem(`The private key ${file} is protected by a passphrase: give one without.`);
  }
  try {
    return createPrivateKey(pem);
  } catch (error) {
    throw new ServiceProblem(`The file ${file} holds no private key in PEM form.`, { cause: error });
  }
}

/** Reads the operator's certificate and key. Throws `ServiceProblem` where they do not fit together or time is over. */
export function givenCertificate(certFile: string, keyFile: string, nowMs: number): Certificate {
  const [cert, key] = [read(certFile, "certificate"), read(keyFile, "private key")];
  const parsed = parsedCertificate(cert, certFile);
  if (!parsed.checkPrivateKey(parsedKey(key, keyFile))) {
    throw new ServiceProblem(`The private key ${keyFile} does not belong to the first certificate in ${certFile}.`);
  }
  if (parsed.validToDate.getTime() <= nowMs) {
    throw new ServiceProblem(`The certificate ${certFile} expired on ${parsed.validToDate.toISOString()}: renew it.`);
  }
  if (parsed.validFromDate.getTime() > nowMs) {
    throw new ServiceProblem(
      `The certificate ${certFile} is not valid before ${parsed.validFromDate.toISOString()}: check it and the clock.`,
    );
  }
  return { cert, key, selfSignedFile: null };
}

function lacksName(certificate: X509Certificate, host: string | undefined): boolean {
  if (host === undefined) return false;
  return (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) === undefined;
}

function made(key: KeyObject, host: string, nowMs: number): Promise<string> {
  const names = new Set([host, "localhost", "127.0.0.1", "::1"]);
  return selfSigned({
    key,
    names: [...names] as [string, ...string[]],
    // An hour back, for clients whose clocks are behind.
    notBefore: new Date(nowMs - 3_600_000),
    notAfter: new Date(nowMs + validDays * dayMs),
  });
}

/** Makes key and certificate in a folder that appears whole or not at all: another process may do the same just now. */
async function makeFolder(data: string, folder: string, host: string, nowMs: number): Promise<void> {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const draft = mkdtempSync(join(data, "tls-"));
  try {
    const pem = privateKey.export({ type: "pkcs8", format: "pem" });
    writeFileSync(join(draft, "key.pem"), pem, { mode: 0o600, flush: true });
    writeFileSync(join(draft, "certificate.pem"), await made(privateKey, host, nowMs), { flush: true });
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOTEMPTY" && code !== "EEXIST") throw error;
  }
}

/**
 * The self-signed certificate of a data directory, made on the first call and kept: `tls/certificate.pem` and, for the
 * owner alone, `tls/key.pem`. Renewed under the same key when it nears its end or lacks the configured host name.
 */
export async function ownCertificate(
  data: string,
  configuredHost: string | undefined,
  nowMs: number,
): Promise<Certificate> {
  const folder = join(data, "tls");
  const [certFile, keyFile] = [join(folder, "certificate.pem"), join(folder, "key.pem")];
  const machine = hostname();
  const host = configuredHost ?? (/^[A-Za-z0-9.-]{1,253}$/.test(machine) ? machine : "localhost");
  let key: string;
  try {
    key = readFileSync(keyFile, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    await makeFolder(data, folder, host, nowMs);
    key = read(keyFile, "private key");
  }
  let cert = read(certFile, "certificate");
  const parsed = parsedCertificate(cert, certFile);
  if (lacksName(parsed, configuredHost) || parsed.validToDate.getTime() <= nowMs + renewalDays * dayMs) {
    cert = await made(parsedKey(key, keyFile), host, nowMs);
    const draft = `${certFile}.${process.pid}`;
    writeFileSync(draft, cert, { flush: true });
    renameSync(draft, certFile);
  }
  return { cert, key, selfSignedFile: certFile };
}
