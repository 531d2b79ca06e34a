// The file that says which certificate is whose: lines `fingerprint user`. Reads it whole, or says everything that is wrong.
// Knows no certificates; what a line means for a login is for `certificates.ts`.
import { closeSync, openSync, readSync } from "node:fs";
import { fileReason } from "../config/file-reason.js";
import { userNameProblem } from "../database/user-name.js";

/** Octets of the longest file: some ten thousand certificates. */
const FILE_OCTETS = 1024 * 1024;

/** Problems told at once. */
const MOST_PROBLEMS = 20;

/** By fingerprint in lower-case hexadecimal without colons: the user, or null where the certificate is barred. */
export type CertificateMap = ReadonlyMap<string, string | null>;

/** The file cannot be used. The message names every problem by its line. */
export class CertificateMapRefused extends Error {
  override readonly name = "CertificateMapRefused";
}

/** Throws `CertificateMapRefused`. */
export function readCertificateMap(file: string): CertificateMap {
  const map = new Map<string, string | null>();
  const lineOf = new Map<string, number>();
  const problems: string[] = [];
  for (const [at, raw] of textOf(file).split(/\r?\n/).entries()) {
    const number = at + 1;
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const entry = parseLine(line);
    const earlier = typeof entry === "string" ? undefined : lineOf.get(entry.fingerprint);
    const problem =
      typeof entry === "string"
        ? entry
        : earlier === undefined
          ? null
          : `the certificate is in line ${earlier} already; keep one of them`;
    if (problem !== null) problems.push(`${file}: line ${number}: ${problem}`);
    if (typeof entry === "string" || problem !== null) continue;
    map.set(entry.fingerprint, entry.user);
    lineOf.set(entry.fingerprint, number);
  }
  if (problems.length > MOST_PROBLEMS) {
    const more = problems.length - MOST_PROBLEMS;
    problems.splice(MOST_PROBLEMS, more, `${file}: ${more} more lines are wrong`);
  }
  if (problems.length > 0) throw new CertificateMapRefused(problems.join("\n"));
  return map;
}

/** What a line says, or what is wrong with it. */
function parseLine(line: string): { readonly fingerprint: string; readonly user: string | null } | string {
  const [, written = "", user = ""] = /^(\S+)\s*(.*)$/.exec(line) ?? [];
  // With colons as openssl prints it, or without.
  const fingerprint = written.replaceAll(":", "").toLowerCase();
  if (!/^(?:[0-9a-f]{64}|[0-9a-f]{2}(?::[0-9a-f]{2}){31})$/i.test(written))
    return "write the SHA-256 fingerprint first, 64 hexadecimal digits, as `openssl x509 -noout -fingerprint -sha256` prints it";
  if (user === "") return "write the user behind the fingerprint, or - to bar the certificate";
  if (user === "-") return { fingerprint, user: null };
  return userNameProblem(user) ?? { fingerprint, user };
}

/** The file's text. Reads no more than it may have, whatever the file is. */
function textOf(file: string): string {
  const octets = Buffer.alloc(FILE_OCTETS + 1);
  let length = 0;
  try {
    const descriptor = openSync(file, "r");
    try {
      for (let got = -1; got !== 0 && length < octets.length; length += got) {
        got = readSync(descriptor, octets, length, octets.length - length, null);
      }
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw new CertificateMapRefused(`${file}: cannot be read: ${fileReason(error)}`);
  }
  if (length > FILE_OCTETS) throw new CertificateMapRefused(`${file}: has more than ${FILE_OCTETS} octets`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(octets.subarray(0, length));
  } catch {
    throw new CertificateMapRefused(`${file}: is not UTF-8`);
  }
}
