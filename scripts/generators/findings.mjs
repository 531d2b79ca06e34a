// docs/findings.md: what `postern check` found about servers of other people, each confirmed by hand. What was found is written in
// packages/pop3/test/interop/findings.json, which a test holds against the servers; requirements come from the checks in the built package.
import { readFile } from "node:fs/promises";
import { URL } from "node:url";

const file = new URL("../../packages/pop3/test/interop/findings.json", import.meta.url);
const conformanceDoor = new URL("../../packages/pop3/dist/conformance/index.js", import.meta.url).href;

/**
 * @typedef {{ readonly check: string, readonly seen: string, readonly confirmed: string, readonly tls?: string }} Finding
 * @typedef {{ readonly server: string, readonly version: string, readonly tls: string, readonly passed: number, readonly findings: readonly Finding[] }} Server
 */

const LEVELS = ["MUST", "SHOULD", "MAY"];
const EXAMINED = /** @type {Readonly<Record<string, string>>} */ ({
  starttls: "in the clear and, by STLS, under TLS",
  none: "in the clear, as it has no TLS",
});

/** @returns {Promise<string>} Markdown */
export async function findingsPage() {
  const { checksOf } = await import(conformanceDoor);
  /** @type {{ readonly debian: number, readonly servers: readonly Server[] }} */
  const { debian, servers } = JSON.parse(await readFile(file, "utf8"));
  /** @type {Map<string, any>} */
  const checks = new Map(checksOf({}).map((/** @type {any} */ check) => [check.id, check]));
  return [
    "# Findings",
    `What \`postern check\` says of the POP3 servers of Debian ${debian}. Each was examined with \`--thorough\` on a maildrop of eight messages, in the ` +
      "version that Debian ships and with its defaults but for what [a test needs](../packages/pop3/test/interop/servers/): ports, an account, " +
      "a certificate, and as many SASL mechanisms as it has. Some of these versions are years old, and their authors may have mended since " +
      "what is said here. Safe examinations and such with implicit TLS found nothing else.",
    "Every finding was repeated by hand: the same octets over a plain socket or `openssl s_client`, and what came held against the text. " +
      "Where the text did not carry an accusation the check was changed, and the finding is not here. MUST and SHOULD are the text's own; " +
      "**MAY is a recommendation**: nothing forbids what was seen.",
    "To repeat it: `scripts/interop-servers.sh` unpacks the servers, and `npx vitest run packages/pop3/test/interop/findings.test.ts` " +
      "examines each and fails where it finds more or less than is written here. Courier announces a delay of ten seconds between " +
      "logins and does not enforce it; the test does not wait for it but where it is what is tried, which the examination itself would do.",
    summary(servers, checks),
    ...servers.flatMap((server) => section(server, checks)),
  ].join("\n\n");
}

/** @param {readonly Server[]} servers @param {Map<string, any>} checks */
function summary(servers, checks) {
  const rows = servers.map(({ server, version, passed, findings }) => {
    const counts = LEVELS.map((level) => findings.filter(({ check }) => checks.get(check)?.level === level).length);
    return `| [${server}](#${slug(server)}) | ${version} | ${passed} | ${counts.join(" | ")} |`;
  });
  return [
    `| Server | Debian's version | Passed | ${LEVELS.join(" | ")} |`,
    "|---|---|---:|---:|---:|---:|",
    ...rows,
  ].join("\n");
}

/** @param {Server} server @param {Map<string, any>} checks */
function section({ server, version, tls, passed, findings }, checks) {
  return [
    `## ${server}`,
    `Version ${version}, examined ${EXAMINED[tls]}. ${passed} checks passed.`,
    ...LEVELS.flatMap((level) => findings.filter(({ check }) => checkOf(check, checks).level === level)).map(
      (finding) => {
        const { id, tag, reference } = checkOf(finding.check, checks);
        const where = `reference/checks.md#${slug(tag ?? "The base protocol, and what belongs to no single capability")}`;
        return [
          `**[\`${id}\`](${where})** (${checkOf(finding.check, checks).level}, ${reference})`,
          `${finding.seen} ${finding.confirmed}`,
        ].join("<br>\n");
      },
    ),
  ];
}

/** @param {string} id @param {Map<string, any>} checks */
function checkOf(id, checks) {
  const check = checks.get(id);
  if (check === undefined) throw new Error(`findings.json names ${id}, and there is no such check`);
  return check;
}

/** @param {string} heading as the anchor of its section */
function slug(heading) {
  return heading
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, "")
    .replaceAll(" ", "-");
}
