// The reference pages: one for each capability, response code and SASL mechanism, made of the declarations in the built package.
// Their dialogs are the declarations' checks, which the tests play against the server; nothing is written here by hand but headings.
import { URL } from "node:url";

const folder = "docs/reference";
const door = new URL("../../packages/pop3/dist/index.js", import.meta.url).href;
const conformanceDoor = new URL("../../packages/pop3/dist/conformance/index.js", import.meta.url).href;
const serverDoor = new URL("../../packages/pop3/dist/server/index.js", import.meta.url).href;

/** @typedef {{ readonly file: string, readonly make: () => string }} Page */

/** @param {string} dialog without the indentation it has in its source */
const flush = (dialog) =>
  dialog
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean)
    .join("\n");

/** @param {string} text */
const code = (text) => `\`${text}\``;

/** @param {readonly string[]} list */
const codes = (list) => list.map(code).join(", ") || "none";

/** @param {readonly (readonly [string, string])[]} facts */
const table = (facts) =>
  ["| | |", "|---|---|", ...facts.map(([name, value]) => `| ${name} | ${value.replaceAll("|", "\\|")} |`)].join("\n");

/** @param {string} responseCode */
const codeFile = (responseCode) => `${responseCode.toLowerCase().replace("/", "-")}.md`;

/** @param {import("../../packages/pop3/dist/index.js").Check} check */
function checkSection({ id, level, reference, title, remedy, given, over, dialog }) {
  const where = over === undefined ? "" : over === "tls" ? ", inside TLS" : ", in the clear";
  return [
    `#### ${code(id)}`,
    `${title} (${level}, ${reference}; begins in ${given}${where})`,
    block(flush(dialog)),
    `Where it fails: ${remedy.charAt(0).toLowerCase()}${remedy.slice(1)}`,
  ].join("\n\n");
}

/** @param {string} text */
const block = (text) => ["```text", text, "```"].join("\n");

/** @param {import("../../packages/pop3/dist/index.js").AnyCommandSpec} spec */
function commandRow({ keyword, params, validIn, reply, secret = false, endsPipeline = false }) {
  const usage = [keyword, params.text].filter(Boolean).join(" ");
  const notes = [
    ...(secret ? ["its parameters are a secret"] : []),
    ...(endsPipeline ? ["a client waits for the answer"] : []),
  ];
  return `| ${code(usage)} | ${validIn.join(", ")} | ${reply} | ${notes.join("; ")} |`;
}

/** @param {import("../../packages/pop3/dist/index.js").AnyCapability} capability */
function capabilityPage(capability) {
  const {
    tag,
    name,
    argument,
    commands,
    affects,
    announced,
    reference,
    discussion,
    limits,
    responseCodes = [],
  } = capability;
  const { checks, registration } = capability;
  const states = announced.in === "both" ? "both" : announced.in;
  const optionally = announced.optionally === undefined ? "" : ` (optionally ${announced.optionally} only)`;
  return [
    `# ${tag ?? name.toUpperCase()}`,
    discussion,
    table([
      ["CAPA tag", tag === null ? "none: not listed by CAPA" : code(tag)],
      ["Arguments", argument.text],
      ["Standard commands affected", affects === "all" || affects === "none" ? affects : codes(affects)],
      ["Announced states / possible differences", `${states}${optionally} / ${announced.differs ? "yes" : "no"}`],
      ["Reference", reference.join(", ")],
      ["Registered", registration?.date ?? "part of the base protocol"],
      ...(limits?.commandOctets === undefined
        ? []
        : [/** @type {const} */ (["Longest command line", `${limits.commandOctets} octets`])]),
      [
        "Response codes",
        responseCodes.map((it) => `[${code(it.code)}](../response-codes/${codeFile(it.code)})`).join(", ") || "none",
      ],
    ]),
    ...(commands.length === 0
      ? []
      : [
          "## Commands",
          ["| Command | Valid in | Positive reply | |", "|---|---|---|---|", ...commands.map(commandRow)].join("\n"),
        ]),
    ...(checks.length === 0
      ? []
      : ["## Dialogs", "Each is a test of this server, and a check of any other.", ...checks.map(checkSection)]),
  ].join("\n\n");
}

/** @param {import("../../packages/pop3/dist/index.js").ResponseCode} responseCode @param {import("../../packages/pop3/dist/index.js").AnyCapability} owner */
function responseCodePage(
  { code: name, validFor, commands, meaning, clientBehavior, reference, registered, example },
  owner,
) {
  return [
    `# [${name}]`,
    meaning,
    `What a client does: ${clientBehavior.charAt(0).toLowerCase()}${clientBehavior.slice(1)}`,
    table([
      ["Valid for", codes(validFor)],
      ["Commands", commands === "all" ? "all" : codes(commands)],
      ["Comes with", `[${code(owner.tag ?? owner.name)}](../capabilities/${owner.name}.md)`],
      ["Reference", reference.join(", ")],
      ["Registered", registered ?? "private"],
    ]),
    ...(example === undefined ? [] : ["## Example", block(flush(example))]),
  ].join("\n\n");
}

/** @param {import("../../packages/pop3/dist/index.js").Mechanism} mechanism */
function mechanismPage({
  name,
  reference,
  discussion,
  credentials,
  onRequest,
  revealsSecret,
  bindsChannel,
  clientFirst,
  example,
}) {
  return [
    `# ${name}`,
    discussion,
    table([
      ["Proves itself with", credentials],
      ["Served", onRequest ? "only where `authentication.mechanisms` names it" : "by default, where it can work"],
      ["Without TLS", revealsSecret || bindsChannel ? "not offered" : "offered"],
      ["Binds the TLS channel", bindsChannel ? "yes" : "no"],
      ["First to send", clientFirst ? "the client" : "the server"],
      ["Reference", reference.join(", ")],
    ]),
    "## Example",
    block(flush(example)),
  ].join("\n\n");
}

/** Every page, the index of them last. @returns {Promise<readonly Page[]>} */
export async function referencePages() {
  const { standard } = await import(door);
  const { mechanisms } = await import(serverDoor);
  const { checksOf } = await import(conformanceDoor);
  const owners = standard.flatMap((/** @type {any} */ owner) =>
    (owner.responseCodes ?? []).map((/** @type {any} */ responseCode) => ({ responseCode, owner })),
  );
  return [
    ...standard.map((/** @type {any} */ capability) => ({
      file: `${folder}/capabilities/${capability.name}.md`,
      make: () => capabilityPage(capability),
    })),
    ...owners.map((/** @type {any} */ { responseCode, owner }) => ({
      file: `${folder}/response-codes/${codeFile(responseCode.code)}`,
      make: () => responseCodePage(responseCode, owner),
    })),
    ...mechanisms.map((/** @type {any} */ mechanism) => ({
      file: `${folder}/mechanisms/${mechanism.name.toLowerCase()}.md`,
      make: () => mechanismPage(mechanism),
    })),
    { file: `${folder}/checks.md`, make: () => checksPage(standard, checksOf({})) },
    { file: `${folder}/README.md`, make: () => indexPage(standard, owners, mechanisms) },
  ];
}

/** What a check does beyond asking, in a word or two. */
const effects = /** @type {Readonly<Record<string, string>>} */ ({
  retrieves: "reads messages",
  marks: "marks and unmarks",
  "wrong-login": "a wrong login",
  deletes: "deletes messages",
});

/** @param {readonly any[]} standard @param {readonly any[]} checks */
function checksPage(standard, checks) {
  const tags = standard.flatMap(({ tag }) => (tag === null ? [] : [tag]));
  /** @param {string | null} tag */
  const section = (tag) => {
    const own = checks.filter((check) => check.tag === tag).toSorted((one, other) => one.id.localeCompare(other.id));
    if (own.length === 0) return [];
    const rows = own.map(
      ({ id, level, reference, title, given, effect }) =>
        `| ${code(id)} | ${level} | ${reference} | ${given === "TRANSACTION" ? "yes" : "no"} | ${effects[effect] ?? ""} | ${title.replaceAll("|", "\\|")} |`,
    );
    return [
      `## ${tag ?? "The base protocol, and what belongs to no single capability"}`,
      ["| Check | Level | Section | Login | Does | Requirement |", "|---|---|---|---|---|---|", ...rows].join("\n"),
    ];
  };
  return [
    "# Checks",
    `What [\`postern check\`](../guides/checking.md) tries: ${checks.length} checks. Each fails on a server that is broken for it, and Postern's own server passes them all; ` +
      "both are tests. `postern check --explain ID` says of each what to change. Those that make a wrong login or delete messages run with " +
      "`--thorough` alone. The dialogs of many are on the page of their [capability](README.md).",
    ...[null, ...tags].flatMap(section),
  ].join("\n\n");
}

/** @param {readonly any[]} standard @param {readonly any[]} owners @param {readonly any[]} mechanisms */
function indexPage(standard, owners, mechanisms) {
  const capabilities = standard.map(({ tag, name }) => `- [${tag ?? name.toUpperCase()}](capabilities/${name}.md)`);
  const responseCodes = owners.map(
    ({ responseCode }) => `- [${responseCode.code}](response-codes/${codeFile(responseCode.code)})`,
  );
  const names = mechanisms.map(({ name }) => `- [${name}](mechanisms/${name.toLowerCase()}.md)`);
  return [
    "# Reference",
    "Made of the declarations by `npm run generate`. The [configuration](configuration.md) has a page of its own, and so have the " +
      "[checks](checks.md) of `postern check`.",
    "## Capabilities",
    capabilities.join("\n"),
    "## Response codes",
    responseCodes.join("\n"),
    "## SASL mechanisms",
    names.join("\n"),
  ].join("\n\n");
}
