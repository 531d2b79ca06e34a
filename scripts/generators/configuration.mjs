// The reference page of the configuration and the JSON Schema for editors, from the one schema in the built package.
import { URL } from "node:url";

const keysModule = new URL("../../packages/postern/dist/config/keys.js", import.meta.url).href;

/** @param {unknown} value */
const literal = (value) => `\`${typeof value === "string" ? `"${value}"` : String(value)}\``;

const kinds = {
  text: "text",
  path: "path",
  number: "whole number",
  boolean: "`true` or `false`",
  list: "list of texts; one alone may be written as text",
};

/** @param {import("../../packages/postern/dist/config/keys.js").ConfigKey} key */
function section(key) {
  const { path, variable, kind, description, fallback, least, most } = key;
  const range = least === undefined || most === undefined ? "" : ` from ${least} to ${most}`;
  return [
    `### \`${path}\``,
    description,
    [
      `- Value: ${kinds[kind]}${range}`,
      `- Default: ${fallback === undefined ? "absent" : literal(fallback)}`,
      `- Environment: \`${variable}\``,
    ].join("\n"),
  ].join("\n\n");
}

const introduction = `# Configuration

\`postern\` reads, each one winning over those before it:

1. the defaults on this page;
2. \`postern.toml\` in the working directory if it exists, or the file named by \`--config\` or the variable \`POSTERN_CONFIG\`;
3. environment variables: the key in capitals behind \`POSTERN_\`, with underscores for dots. Lists are written with commas;
   an empty variable counts as absent;
4. options of the command line: \`--data\`, \`--listen\` and others, see \`postern serve --help\`.

Paths count from the directory of the file in which they are written, and from the working directory everywhere else.
A key that does not exist is refused, as is a value that makes no sense; every problem is named at once, with its place.

The file [\`postern.schema.json\`](../../packages/postern/postern.schema.json) describes \`postern.toml\` to editors.

\`\`\`toml
# A server for the world, with a certificate of its own.
data = "/var/lib/postern"
listen = "0.0.0.0:110"
listen_tls = ["0.0.0.0:995", "[::]:995"]
tls_cert = "/etc/postern/chain.pem"
tls_key = "/etc/postern/key.pem"

[limits]
connections_per_address = 20
\`\`\`

## Keys
`;

/** docs/reference/configuration.md */
export async function configurationPage() {
  const { configKeys } = await import(keysModule);
  return `${introduction}\n${configKeys.map(section).join("\n\n")}\n`;
}

/** packages/postern/postern.schema.json */
export async function configurationSchema() {
  const { configJsonSchema } = await import(keysModule);
  const { $schema, ...rest } = configJsonSchema();
  return JSON.stringify({ $schema, title: "postern.toml", ...rest });
}
