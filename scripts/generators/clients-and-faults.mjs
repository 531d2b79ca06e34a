// Makes docs/clients-and-faults.md: what mail programs do when a server misbehaves, from what was recorded of them.
// The tests' data is in packages/postern/test/interop/faults/: `cases.json` is written by hand, `outcomes.json` by a run of the test.
import { readFile } from "node:fs/promises";
import { URL } from "node:url";

const FOLDER = new URL("../../packages/postern/test/interop/faults/", import.meta.url);

/**
 * @typedef {object} Client
 * @property {string} name as in the data
 * @property {string} heading with `VERSION` in it
 * @property {string} driven
 * @property {string} patience
 */

/** @type {readonly Client[]} */
const clients = [
  {
    name: "postern-client",
    heading: "`@postern/pop3/client`",
    driven: "a program that reads `messages()`, deletes what it has written to a file, and calls `quit`",
    patience: "30 s to connect, then 2 min; `deadlines` sets it",
  },
  {
    name: "postern-fetch",
    heading: "`postern fetch`",
    driven: "`--delete --to eml:DIR --tries 1`",
    patience: "30 s; `--timeout` sets it",
  },
  {
    name: "poplib",
    heading: "poplib of Python VERSION",
    driven: "a small program: `stat`, `retr`, a file, `dele`, `quit`; with TLS a context that verifies",
    patience: "for ever; the argument `timeout` sets it",
  },
  {
    name: "mpop",
    heading: "mpop VERSION",
    driven: "`keep off`, `delivery maildir`",
    patience: "180 s; `timeout` sets it, but not for a TLS handshake",
  },
  {
    name: "curl",
    heading: "curl VERSION",
    driven: "one process retrieves the messages 1 to 4 into files; if it ends well, a second one deletes them",
    patience:
      "2 min up to the login, and for ever once a message was asked for; `--max-time` sets it, but not for the answer to QUIT",
  },
  {
    name: "fetchmail",
    heading: "fetchmail VERSION",
    driven: "`no keep`, `uidl`, and a delivery agent (`mda`) that writes what it gets into a file",
    patience: "300 s; `timeout` sets it",
  },
  {
    name: "getmail",
    heading: "getmail VERSION",
    driven: "`delete = true`, `read_all = false`, and a delivery agent; it has no STLS",
    patience: "180 s; `timeout` sets it",
  },
  {
    name: "node-pop3",
    heading: "node-pop3 VERSION",
    driven: "a small program: `UIDL`, `RETR`, a file, `DELE`, `QUIT`; it has no STLS",
    patience: "for ever; the option `timeout` sets it",
  },
];

/** What the cells say, worst first. */
const outcomes = {
  loses: "a message is gone from the server, and the client does not have it as it was",
  hangs: "it was still there after 6 s, although it was told to bear a silence of 2 s",
  accepts: "it logged in over TLS that does not hold, or took octets from before TLS for an answer",
  doubles: "it kept a message twice",
  "truncates silently": "it ended as if all were well, and kept the beginning of a message for a message",
  "alters silently": "it ended as if all were well, and kept something that is no message of the server",
  "skips silently": "it ended as if all were well, without a message that is still on the server",
  "reports, keeps a part": "it said that something is wrong, and left something behind that is not a whole message",
  reports: "it said that something is wrong, and kept nothing but whole messages. At a silence: at its deadline",
  whole: "it ended well, and kept every message once, octet for octet",
};

const INTRODUCTION = `# Clients and faults

What mail programs do when a POP3 server misbehaves. Each was run against [the test server that misbehaves on demand](guides/testing-clients.md),
once for each row, and told to fetch four messages, keep them, delete them and leave. What is in the table was observed: from what the client
kept, what was left on the server, and how the client ended. What it says about itself counted for nothing.`;

const HOW = `## How it was run

The programs are those of Debian 12; all were told to bear a silence of two seconds, where they can be told. Nothing else was made stricter than
their documentation suggests. A row that names "two visits" was run twice with the same memory, by the clients that have one (—: not tried, as
is STLS with a client that has none). Line ends were not looked at, nor what a client puts in front of a message by design.

\`\`\`
npx vitest run packages/postern/test/interop/faults                         # this project's clients, poplib, mpop and curl: compared with the table
POSTERN_FAULTS=all npx vitest run packages/postern/test/interop/faults      # all eight
POSTERN_FAULTS=record npx vitest run packages/postern/test/interop/faults   # records anew; then \`npm run generate\`
\`\`\`

The first is a part of \`npm test\`. A program that is not installed, or that has another version than the one below, is passed over with a word.`;

/** @param {readonly (readonly string[])[]} rows the head first @returns {string} */
function table([head = [], ...rows]) {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** @param {string} name */
async function data(name) {
  return JSON.parse(await readFile(new URL(name, FOLDER), "utf8"));
}

/** docs/clients-and-faults.md */
export async function clientsAndFaults() {
  /** @type {readonly { title: string, cases: readonly { name: string, says: string }[] }[]} */
  const groups = await data("cases.json");
  /** @type {{ versions: Record<string, string>, outcomes: Record<string, Record<string, string>> }} */
  const recorded = await data("outcomes.json");
  const reading = await readFile(new URL("reading.md", FOLDER), "utf8");
  const headings = clients.map(({ name, heading }) => heading.replace("VERSION", recorded.versions[name] ?? "?"));
  const cell = (/** @type {string} */ row, /** @type {string} */ client) => {
    const outcome = recorded.outcomes[row]?.[client] ?? "—";
    return ["whole", "reports", "—"].includes(outcome) ? outcome : `**${outcome}**`;
  };
  return [
    "<!-- Generated by `npm run generate` from packages/postern/test/interop/faults/; edit what is there. -->",
    INTRODUCTION,
    table([["in the table", "means"], ...Object.entries(outcomes).map(([name, meaning]) => [name, meaning])]),
    reading.trim(),
    "## The table",
    ...groups.flatMap(({ title, cases }) => [
      `### ${title}`,
      table([
        ["the server", ...headings],
        ...cases.map(({ name, says }) => [says, ...clients.map((client) => cell(name, client.name))]),
      ]),
    ]),
    HOW,
    table([
      ["client", "run as", "bears a silence by default"],
      ...clients.map(({ driven, patience }, at) => [headings[at] ?? "", driven, patience]),
    ]),
    "",
  ].join("\n\n");
}
