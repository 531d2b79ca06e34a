// What every client has to do by every way to log in that it has: fetch messages octet for octet after STLS and inside TLS,
// and be refused where it has not got what it takes. The server's log is the witness that it was this way and no other.
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ExpectStatic } from "vitest";
import { faults } from "./client.js";
import type { Client, Login, Method, Visit, Way } from "./client.js";
import { messages } from "./messages.js";
import { absence } from "./program.js";
import { certifiedFor, owner } from "./site.js";
import type { Site } from "./site.js";

/** Messages that every client carries. */
const few = ["plain, CRLF", "dots that begin lines", "8-bit body", "UTF-8", "64 KiB"];

/** The octets of these messages. */
export const fewMessages: readonly Buffer[] = few.map((name) => messages.get(name)!);

/** The tests of a client's ways to log in, on a site that is there when they run. */
export function logins(client: Client, site: () => Site): void {
  const missing = client.programs.map(absence).find((reason) => reason !== null);
  if (missing === undefined) tried(client, site);
  else untried(client, missing);
}

function untried({ name }: Client, reason: string): void {
  test(name, ({ skip }) => skip(reason));
}

function tried(client: Client, site: () => Site): void {
  const { name, methods, without = {} } = client;
  for (const [method, reason] of Object.entries(without)) test(`${name} by ${method}`, ({ skip }) => skip(reason));

  const missing = async (method: string): Promise<string | null> => (await client.lacks?.(method)) ?? null;

  for (const [method, facts] of Object.entries(methods)) {
    test.for(waysOf(client, facts))(`${name} by ${method} fetches every message: %s`, async (way, { skip }) => {
      const reason = await missing(method);
      if (reason !== null) skip(reason);
      await fetches(client, site(), owner, method, facts, way);
    });
  }

  // Together, because most clients take their time over a refusal, and each is another user's.
  describe.concurrent(`${name} is refused without what it takes`, () => {
    test.for(Object.entries(methods))("%s", async ([method, facts], { skip, expect: within }) => {
      const reason = await missing(method);
      if (reason !== null) skip(reason);
      await isRefused(within, client, site(), method, facts);
    });
  });
}

function waysOf({ ways }: Client, facts: Method): readonly Way[] {
  return facts.ways ?? ways.filter((way) => way !== "plain");
}

/** Fails unless this user's few messages arrive by this method. */
export async function fetches(
  client: Client,
  site: Site,
  user: string,
  method: string,
  facts: Method,
  way: Way,
): Promise<void> {
  const before = site.server.logins().length;
  const run = await visit(site, way, user, (folder) => site.right(user, method, facts, folder));
  const { status, output } = await client.run(run);
  expect(status, output).toBe(0);
  const received = client.received(run.folder);
  expect(received.length, output).toBe(few.length);
  expect(faults(client, few, received)).toEqual([]);
  const accepted = (): unknown =>
    site.server
      .logins()
      .slice(before)
      .findLast(({ user: name }) => name === user);
  await expect.poll(accepted).toEqual({ accepted: true, user, method: facts.logged, secure: true });
}

/** `expect` is that of the test: many run at the same time. */
async function isRefused(
  expect: ExpectStatic,
  client: Client,
  site: Site,
  method: string,
  facts: Method,
): Promise<void> {
  const user = site.stranger();
  const run = await visit(site, waysOf(client, facts)[0]!, user, (folder) => site.wrong(user, method, facts, folder));
  const { status, output } = await client.run(run);
  expect(output).toMatch(client.refused.says);
  expect(status, output).toBe(client.refused.status);
  expect(client.received(run.folder)).toEqual([]);
  expect(site.server.logins().filter(({ accepted, user: name }) => accepted && name === user)).toEqual([]);
  if (facts.hangsUp === true) return;
  const refused = { accepted: false, method: facts.logged, secure: true };
  const named = facts.proof === "certificate" ? certifiedFor(user) : user;
  const seen = (): unknown => site.server.logins().filter(({ user: name }) => name === named);
  await expect.poll(seen).toContainEqual({ ...refused, user: named });
}

async function visit(
  { server }: Site,
  way: Way,
  user: string,
  loginFor: (folder: string) => Promise<Login>,
): Promise<Visit> {
  const folder = mkdtempSync(join(server.folder, "client-"));
  return { server, way, user, login: await loginFor(folder), after: "keep", folder };
}
