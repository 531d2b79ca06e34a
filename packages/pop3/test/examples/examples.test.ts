// The examples of docs/guides/client.md: each is run here against a server that stands for the one that it names, and the guide shows
// nothing but them. The guide's words are checked by nobody; its code is.
import { readdir, readFile } from "node:fs/promises";
import { type Capability, noArgument, none, standard } from "@postern/pop3";
import type * as door from "@postern/pop3/client";
import type { Pop3Client as Client } from "@postern/pop3/client";
import {
  MemoryAccounts,
  MemoryMaildrops,
  MemoryPolicies,
  Pop3Server,
  type Authenticator,
  type Pop3ServerOptions,
  type TokenVerdict,
} from "@postern/pop3/server";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { identity } from "../support/identity.mjs";

const place = vi.hoisted(() => ({ port: 0, tlsPort: 0, ca: "", clients: [] as Client[] }));

vi.mock("@postern/pop3/client", async (original) => {
  const real = await original<typeof door>();
  const { Pop3Client } = real;
  return {
    ...real,
    Pop3Client: {
      async connect(options: Parameters<typeof Pop3Client.connect>[0]) {
        const client = await Pop3Client.connect({
          ...options,
          host: "localhost",
          port: options.tls === "required" ? place.port : place.tlsPort,
          tlsOptions: { ca: place.ca },
        });
        place.clients.push(client);
        return client;
      },
    },
  };
});

/** Tokens like Gmail's and Microsoft's: the stale one is refused. */
class TokenAccounts implements Authenticator {
  readonly #passwords = new MemoryAccounts({ ann: "secret" });
  offers(kind: string): boolean {
    return kind === "token" || kind === "password";
  }
  verifyPassword(name: string, password: string): Promise<string | null> {
    return this.#passwords.verifyPassword(name, password);
  }
  verifyToken(token: string): Promise<TokenVerdict> {
    return Promise.resolve(token.startsWith("fresh.") ? { user: "ann" } : { user: null, status: "invalid_token" });
  }
}

/** What the server knows of the private capability of the example. */
const clock: Capability = {
  tag: "X-CLOCK",
  name: "x-clock",
  registration: null,
  argument: noArgument,
  commands: [
    {
      keyword: "XTIM",
      params: none,
      validIn: ["TRANSACTION"],
      reply: "single",
      serve: () => ({ status: "+OK", text: "the time is up" }),
    },
  ],
  affects: "none",
  announced: { in: "both", differs: false },
  reference: ["https://example.net/x-clock"],
  discussion: "Tells the time.",
  checks: [
    {
      id: "x-clock-time",
      level: "MAY",
      reference: "https://example.net/x-clock",
      title: "XTIM tells the time.",
      given: "TRANSACTION",
      remedy: "Answer XTIM with +OK and the seconds since 1970.",
      dialog: "C: XTIM\nS: +OK *",
    },
  ],
  available: () => true,
  value: () => undefined,
};

let server: Pop3Server;
const printed: unknown[][] = [];

beforeAll(() => {
  vi.spyOn(console, "log").mockImplementation((...words: unknown[]) => void printed.push(words));
  vi.stubEnv("MAIL_PASSWORD", "secret");
});

afterAll(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** A server that stands for the one of the example. */
async function served(options: Partial<Pop3ServerOptions> = {}): Promise<MemoryMaildrops> {
  const maildrops = new MemoryMaildrops();
  await maildrops.deliver("ann", message("one", 100));
  await maildrops.deliver("ann", message("two", 2_000_000));
  server = new Pop3Server({ maildrops, authenticator: new TokenAccounts(), tls: identity, ...options });
  place.ca = identity.cert;
  place.port = (await server.listen()).port;
  place.tlsPort = (await server.listen({ tls: "implicit" })).port;
  return maildrops;
}

function message(subject: string, octets: number): Uint8Array {
  const header = `Subject: ${subject}\r\n\r\n`;
  return new TextEncoder().encode(`${header}${"x".repeat(octets - header.length - 2)}\r\n`);
}

beforeEach(() => {
  printed.length = 0;
  place.clients.length = 0;
  vi.resetModules();
});

afterEach(() => server.close({ graceMs: 0 }));

test("plain", async () => {
  await served();
  await import("./plain.js");
  expect(printed).toEqual([
    [1, expect.any(String), 100],
    [2, expect.any(String), 2_000_000],
  ]);
  expect(place.clients[0]!.state).toBe("ended");
});

test("gmail", async () => {
  await served({ policies: new MemoryPolicies({ loginDelaySeconds: 300, retentionDays: 0 }) });
  await import("./gmail.js");
  expect(printed).toEqual([["OAUTHBEARER"], [300], [0]]);
});

test("microsoft365", async () => {
  await served({ mechanisms: ["XOAUTH2"], enabled: ["TOP", "UIDL", "SASL", "USER"] });
  await import("./microsoft365.js");
  expect(printed).toEqual([["XOAUTH2", 2]]);
});

test("new-mail", async () => {
  await served();
  await import("./new-mail.js");
  const { known, stored } = await import("./store.js");
  expect(known.size).toBe(2);
  expect([...stored.values()]).toEqual([100, 2_000_000]);
});

test("deletion", async () => {
  const maildrops = await served();
  await import("./deletion.js");
  expect(printed).toEqual([["deleted", [2]]]);
  expect(maildrops.messages("ann")).toHaveLength(1);
});

test("refusals", async () => {
  await served();
  await import("./refusals.js");
  expect(printed).toEqual([["ask for another password"]]);
});

test("private-command", async () => {
  await served({ capabilities: [...standard, clock] });
  await import("./private-command.js");
  expect(printed).toEqual([["the time is up"]]);
});

test("private-command: a server without it is not asked", async () => {
  await served();
  await import("./private-command.js");
  expect(printed).toEqual([]);
});

test("starttls", async () => {
  await served();
  await import("./starttls.js");
  expect(printed).toContainEqual(["C", "STLS"]);
  expect(printed).toContainEqual(["C", "RETR 1"]);
  expect(JSON.stringify(printed)).not.toContain("secret");
});

test("the guide shows these examples, all of them and nothing else", async () => {
  const guide = await readFile(new URL("../../../../docs/guides/client.md", import.meta.url), "utf8");
  const shown = [...guide.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code);
  const names = await readdir(new URL(".", import.meta.url));
  const sources = names.filter((name) => !["examples.test.ts", "store.ts", "tokens.ts"].includes(name));
  const texts = await Promise.all(
    sources.map(async (name) => (await readFile(new URL(name, import.meta.url), "utf8")).replace(/^(\/\/.*\n)+/, "")),
  );
  expect(new Set(shown)).toEqual(new Set(texts));
  expect(shown).toHaveLength(texts.length);
});
