// The storeys and rooms of both packages, as a table: who may import whom, and which modules of Node each room may use.
// docs/architecture.md draws the same house. A new room is one new line here.

/**
 * A room is a folder of `src`, or `index.ts` itself. It may import itself and the rooms of lower storeys.
 *
 * @typedef {{ readonly storey: number, readonly node: readonly string[] | "any" | "no sockets" }} Room
 */

/** What opens connections. */
export const socketModules = ["net", "tls", "dns", "dgram", "http", "https", "http2"];

/**
 * @type {Readonly<Record<string, Readonly<Record<string, Room>>>>}
 */
export const house = {
  pop3: {
    contracts: { storey: 0, node: [] },
    protocol: { storey: 1, node: [] },
    registry: { storey: 2, node: [] },
    capabilities: { storey: 3, node: [] },
    languages: { storey: 3, node: [] },
    mechanisms: { storey: 3, node: ["crypto"] },
    maildrop: { storey: 3, node: ["crypto"] },
    "index.ts": { storey: 4, node: [] },
    server: { storey: 4, node: ["buffer", "crypto", "dns", "events", "net", "os", "stream", "timers", "tls"] },
    client: { storey: 4, node: ["buffer", "crypto", "net", "stream", "timers", "tls"] },
    wire: { storey: 5, node: [] },
    conformance: { storey: 6, node: ["crypto"] },
    testing: { storey: 6, node: ["assert", "buffer", "crypto", "events", "net", "stream", "timers", "tls"] },
  },
  postern: {
    config: { storey: 1, node: "no sockets" },
    database: { storey: 1, node: "no sockets" },
    maildrop: { storey: 2, node: "no sockets" },
    authenticator: { storey: 2, node: "no sockets" },
    delivery: { storey: 2, node: "any" },
    sync: { storey: 2, node: "no sockets" },
    monitoring: { storey: 2, node: "any" },
    discovery: { storey: 2, node: "any" },
    reports: { storey: 2, node: "no sockets" },
    service: { storey: 3, node: "no sockets" },
    console: { storey: 3, node: "any" },
    cli: { storey: 4, node: "no sockets" },
  },
};

/**
 * The table as rules of dependency-cruiser.
 *
 * @returns {import("dependency-cruiser").IForbiddenRuleType[]}
 */
export function importRules() {
  return [
    { name: "no circular imports", severity: "error", from: {}, to: { circular: true } },
    { name: "every import is found", severity: "error", from: {}, to: { couldNotResolve: true } },
    {
      name: "@postern/pop3 has no dependency",
      severity: "error",
      from: { path: "^packages/pop3/src/" },
      to: { pathNot: "^packages/pop3/src/", couldNotResolve: false, dependencyTypesNot: ["core"] },
    },
    ...Object.entries(house).flatMap(([name, rooms]) =>
      Object.entries(rooms).map(([room, { storey }]) => {
        const below = Object.keys(rooms).filter((other) => other === room || (rooms[other]?.storey ?? storey) < storey);
        const src = `packages/${name}/src`;
        return {
          name: `${room} imports from lower storeys only`,
          severity: /** @type {const} */ ("error"),
          from: { path: pathOf(src, [room]) },
          to: { path: `^${src}/`, pathNot: pathOf(src, below) },
        };
      }),
    ),
  ];
}

/** @param {string} src @param {readonly string[]} names */
function pathOf(src, names) {
  return `^${src}/(${names.map((name) => (name.endsWith(".ts") ? name.replace(".", "\\.") + "$" : `${name}/`)).join("|")})`;
}
