// Client certificates: whom they stand for, by what they say and by the map; and what is said of a map that is wrong.
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ClientCertificate } from "@postern/pop3/server";
import { readCertificateMap } from "../../src/authenticator/certificate-map.js";
import { CertificateAccounts } from "../../src/authenticator/certificates.js";

let folder = "";
let file = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "postern-certificates-"));
  file = join(folder, "map");
});
afterEach(() => rmSync(folder, { recursive: true }));

const FINGERPRINT = "0123456789abcdef".repeat(4);
const OTHER = "fedcba9876543210".repeat(4);

function certificate(facts: Partial<ClientCertificate> = {}): ClientCertificate {
  return { raw: new Uint8Array(), fingerprint: FINGERPRINT, commonName: null, emails: [], ...facts };
}

test("certificates are all that is taken", async () => {
  const accounts = new CertificateAccounts({ user: "common-name" });
  expect(accounts.offers("certificate")).toBe(true);
  for (const kind of ["password", "token", "secret", "anonymous"] as const) expect(accounts.offers(kind)).toBe(false);
  expect(await accounts.verifyPassword("alice", "secret")).toBeNull();
  expect(accounts.knows("alice")).toBe(false);
});

describe("what a certificate says of itself", () => {
  test.each<["common-name" | "email", Partial<ClientCertificate>, string | null]>([
    ["common-name", { commonName: "alice", emails: ["bob@example.net"] }, "alice"],
    ["common-name", { commonName: "Alice Jones" }, "Alice Jones"],
    ["common-name", { commonName: null, emails: ["alice@example.net"] }, null],
    ["common-name", { commonName: "" }, null],
    ["common-name", { commonName: "alice\0.example.net" }, null],
    ["common-name", { commonName: "alice\r\nbob" }, null],
    ["common-name", { commonName: "x".repeat(256) }, null],
    ["email", { commonName: "bob", emails: ["alice@example.net"] }, "alice@example.net"],
    ["email", { emails: ["alice@example.net", "alice@example.net"] }, "alice@example.net"],
    ["email", { emails: ["alice@example.net", "bob@example.net"] }, null],
    ["email", { commonName: "alice@example.net", emails: [] }, null],
    ["email", { emails: ["alice@example.net\0"] }, null],
  ])("%s of %j", async (user, facts, expected) => {
    expect(await new CertificateAccounts({ user }).userOfCertificate(certificate(facts))).toBe(expected);
  });
});

describe("the map", () => {
  const colons = FINGERPRINT.replace(/..(?!$)/g, "$&:").toUpperCase();

  test.each<[string, string, string | null]>([
    ["a line", `${FINGERPRINT} alice\n`, "alice"],
    ["as openssl prints it", `${colons}\talice`, "alice"],
    ["with remarks, empty lines and CRLF", `# remark\r\n\r\n  ${FINGERPRINT}   alice  \r\n`, "alice"],
    ["a user with spaces and a #", `${FINGERPRINT} Alice # Jones`, "Alice # Jones"],
    ["a bar", `${FINGERPRINT} -`, null],
    ["of others alone", `${OTHER} bob`, "in the certificate"],
    ["empty", "", "in the certificate"],
  ])("wins over the certificate: %s", async (_, text, expected) => {
    writeFileSync(file, text);
    const accounts = new CertificateAccounts({ user: "common-name", map: file });
    expect(await accounts.userOfCertificate(certificate({ commonName: "in the certificate" }))).toBe(expected);
  });

  test("is all that counts where the operator says so", async () => {
    writeFileSync(file, `${OTHER} bob`);
    const accounts = new CertificateAccounts({ user: "map", map: file });
    const facts = { commonName: "alice", emails: ["alice@example.net"] };
    expect(await accounts.userOfCertificate(certificate(facts))).toBeNull();
    expect(await accounts.userOfCertificate(certificate({ ...facts, fingerprint: OTHER }))).toBe("bob");
  });

  test("is read again at a reload, and stays what it was where that fails", async () => {
    writeFileSync(file, `${FINGERPRINT} alice`);
    const accounts = new CertificateAccounts({ user: "map", map: file });
    writeFileSync(file, `${FINGERPRINT} bob`);
    expect(await accounts.userOfCertificate(certificate())).toBe("alice");
    accounts.reload();
    expect(await accounts.userOfCertificate(certificate())).toBe("bob");
    writeFileSync(file, "nonsense");
    expect(() => accounts.reload()).toThrow(`${file}: line 1: `);
    expect(await accounts.userOfCertificate(certificate())).toBe("bob");
    writeFileSync(file, `${OTHER} bob`);
    accounts.reload();
    expect(await accounts.userOfCertificate(certificate())).toBeNull();
  });

  test("names everything that is wrong, by line", () => {
    writeFileSync(
      file,
      [
        `${FINGERPRINT} alice`,
        "# remark",
        FINGERPRINT,
        `${FINGERPRINT.slice(1)} alice`,
        `${FINGERPRINT.replace("0", "g")} alice`,
        `${FINGERPRINT}alice`,
        `${colons.slice(3)} alice`,
        `${OTHER} a\u0007b`,
        `${FINGERPRINT} alice`,
        `${OTHER} ${"x".repeat(256)}`,
      ].join("\n"),
    );
    const fingerprint =
      "write the SHA-256 fingerprint first, 64 hexadecimal digits, as `openssl x509 -noout -fingerprint -sha256` prints it";
    expect(() => readCertificateMap(file)).toThrow(
      [
        `${file}: line 3: write the user behind the fingerprint, or - to bar the certificate`,
        ...[4, 5, 6, 7].map((line) => `${file}: line ${line}: ${fingerprint}`),
        `${file}: line 8: a user's name holds no control characters`,
        `${file}: line 9: the certificate is in line 1 already; keep one of them`,
        `${file}: line 10: a user's name has at most 255 octets`,
      ].join("\n"),
    );
  });

  test("tells twenty problems of a file that is something else", () => {
    writeFileSync(file, "nonsense\n".repeat(1000));
    expect(() => readCertificateMap(file)).toThrow(/(?:^.*: line \d+: .*\n){20}.*: 980 more lines are wrong$/m);
  });

  test("has a bounded size", () => {
    writeFileSync(file, `${FINGERPRINT} alice\n${"#".repeat(1024 * 1024)}`);
    expect(() => readCertificateMap(file)).toThrow("has more than 1048576 octets");
    truncateSync(file, 1024 * 1024);
    expect(readCertificateMap(file).size).toBe(1);
    expect(() => readCertificateMap("/dev/zero")).toThrow("has more than 1048576 octets");
  });

  test("that cannot be read says why", () => {
    expect(() => readCertificateMap(file)).toThrow(`${file}: cannot be read: there is no such file`);
    expect(() => readCertificateMap(folder)).toThrow(`${folder}: cannot be read: it is a directory`);
    writeFileSync(file, Buffer.from([...Buffer.from(`${FINGERPRINT} `), 0xff]));
    expect(() => readCertificateMap(file)).toThrow(`${file}: is not UTF-8`);
  });
});
