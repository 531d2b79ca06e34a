// Every way to log in that the real clients have, against a server with every source of accounts.
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Client } from "./support/client.js";
import { curl } from "./support/clients/curl.js";
import { fetchmail } from "./support/clients/fetchmail.js";
import { getmail } from "./support/clients/getmail.js";
import { mpop } from "./support/clients/mpop.js";
import { mutt } from "./support/clients/mutt.js";
import { poplib, runPoplib } from "./support/clients/poplib.js";
import { fetches, fewMessages, logins } from "./support/mechanisms.js";
import { absence } from "./support/program.js";
import { filed, owner, startSite } from "./support/site.js";
import type { Site } from "./support/site.js";

let site: Site;
beforeAll(async () => {
  site = await startSite();
  await site.server.addUser(owner, fewMessages, "--secret");
});
afterAll(async () => site.stop());

for (const client of [curl, fetchmail, getmail, mpop, mutt, poplib]) logins(client, () => site);

describe("users of a passwd-file", () => {
  beforeAll(async () => {
    for (const user of Object.keys(filed)) await site.server.bringMail(user, fewMessages);
  });

  test.for<[keyof typeof filed, string, Client]>([
    ["plain", "APOP", poplib],
    ["plain", "CRAM-MD5", curl],
    ["plain", "scram-sha-256", mpop],
    ["plain", "SCRAM-SHA-1-PLUS", poplib],
    ["crypt", "password", fetchmail],
    ["crypt", "PLAIN", curl],
    ["scram", "SCRAM-SHA-256-PLUS", poplib],
    ["scram", "scram-sha-256", mpop],
    ["scram", "plain", mpop],
    ["scram", "password", getmail],
  ])("%s by %s", async ([user, method, client], { skip }) => {
    const missing = client.programs.map(absence).find((reason) => reason !== null);
    if (missing !== undefined) skip(missing);
    await fetches(client, site, user, method, client.methods[method]!, "tls");
  });
});

test("a certificate says who its owner is", async ({ skip }) => {
  const missing = absence("python3");
  if (missing !== null) skip(missing);
  const { server } = site;
  const folder = mkdtempSync(join(server.folder, "client-"));
  const login = await site.right(owner, "EXTERNAL", poplib.methods["EXTERNAL"]!, folder);
  const before = server.logins().length;
  const { status, output } = await runPoplib({ server, way: "tls", user: "", login, after: "keep", folder });
  expect(status, output).toBe(0);
  const accepted = { accepted: true, user: owner, method: "EXTERNAL", secure: true };
  await expect.poll(() => server.logins().slice(before)).toContainEqual(accepted);
});

describe("a channel that is bound wrongly", () => {
  /** What Python's client is told to do, and the method by which it does it. */
  test.for<[string, string, string]>([
    ["another certificate than the server's", "SCRAM-SHA-256-PLUS", "another"],
    ["a client that was kept from seeing -PLUS", "SCRAM-SHA-256", "y"],
  ])("is refused: %s", async ([, method, variant], { skip }) => {
    const missing = absence("python3");
    if (missing !== null) skip(missing);
    const { server } = site;
    const user = site.stranger();
    const folder = mkdtempSync(join(server.folder, "client-"));
    const login = await site.right(user, method, poplib.methods[method]!, folder);
    const run = { server, way: "tls", user, login, after: "keep", folder } as const;
    const { status, output } = await runPoplib(run, "--variant", variant);
    expect(output).toMatch(/error_proto: /);
    expect(status).toBe(1);
    expect(server.logins().filter(({ user: name, accepted }) => name === user && accepted)).toEqual([]);
  });
});

describe("a server without OAUTHBEARER, with short tokens", () => {
  let other: Site;
  beforeAll(async () => {
    other = await startSite({ mechanisms: ["XOAUTH2", "PLAIN"], opaqueTokens: true });
    await other.server.addUser(owner, fewMessages);
  });
  afterAll(async () => other.stop());

  // Where both are offered, curl takes OAUTHBEARER, whatever it is told. In XOAUTH2 it leaves when it is told why it is refused.
  logins(
    {
      ...curl,
      methods: {
        XOAUTH2: { logged: "XOAUTH2", proof: "token", hangsUp: true },
        "XOAUTH2 --sasl-ir": { logged: "XOAUTH2", proof: "token", hangsUp: true },
      },
      without: {},
    },
    () => other,
  );
});
