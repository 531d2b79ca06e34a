// The examples of the mechanisms are their RFCs' vectors where there are some: both ends have to say exactly that.
// SCRAM's with channel binding, which no RFC has, were computed with another implementation of HMAC and PBKDF2.
import { describe, expect, test } from "vitest";
import type { Authenticator } from "../../src/contracts/authenticator.js";
import type { Mechanism, MechanismClientContext, MechanismServerContext } from "../../src/contracts/mechanism.js";
import * as all from "../../src/mechanisms/index.js";
import { mechanisms } from "../../src/mechanisms/index.js";
import { scramVerifierOf } from "../../src/mechanisms/scram/keys.js";
import {
  Accounts,
  base64,
  certificate,
  clientContext,
  fromBase64,
  NOTHING,
  octetsForNonce,
  serverContext,
} from "./conversation.js";

interface Scene {
  readonly client: Partial<MechanismClientContext>;
  readonly server: Partial<MechanismServerContext>;
}

const binding = Uint8Array.from({ length: 32 }, (_, at) => at);

/** RFC 5802 §5 and RFC 7677 §3: `user` with the password `pencil`. */
function scramScene(
  salt: string,
  client: string,
  server: string,
  bindings: MechanismServerContext["channelBindings"],
): Scene {
  const authenticator: Authenticator = {
    verifyPassword: async () => null,
    scramVerifier: async (name, hash) => ({
      user: name,
      ...(await scramVerifierOf("pencil", hash, fromBase64(salt), 4096)),
    }),
  };
  return {
    client: { name: "user", password: "pencil", random: () => octetsForNonce(client), channelBindings: bindings },
    server: { authenticator, random: () => octetsForNonce(server), channelBindings: bindings },
  };
}

const sha1 = ["QSXCR+Q6sek8bf92", "fyko+d2lbbFgONRv9qkxdawL", "3rfcNHYJY1ZVvWVs7j"] as const;
const sha256 = ["W22ZaJ0SNY7soEsUEjb6gQ==", "rOprNGfwEbeRWgbNEkqO", "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"] as const;

const tim: Scene = {
  client: { name: "tim", password: "tanstaaftanstaaf" },
  server: { authenticator: new Accounts({ tim: "tanstaaftanstaaf" }) },
};

function tokenScene(name: string, token: string): Scene {
  const verifyToken: NonNullable<Authenticator["verifyToken"]> = async (given, asked) =>
    given === token && asked === name ? { user: name } : { user: null, status: "invalid_token" };
  return {
    client: { name, token, host: "server.example.com", port: 995 },
    server: { authenticator: { verifyPassword: async () => null, verifyToken } },
  };
}

/** RFC 2195 §2: `<1896.697170952@postoffice.reston.mci.net>`. */
function cramScene(): Scene {
  const numbers = [1896n, 697170952n];
  const random = (): Uint8Array => {
    const octets = new Uint8Array(8);
    new DataView(octets.buffer).setBigUint64(0, numbers.shift() ?? 0n);
    return octets;
  };
  return { ...tim, server: { ...tim.server, hostname: "postoffice.reston.mci.net", random } };
}

const scenes: Readonly<Record<string, () => Scene>> = {
  "SCRAM-SHA-256-PLUS": () => scramScene(...sha256, { "tls-exporter": binding }),
  "SCRAM-SHA-1-PLUS": () => scramScene(...sha1, { "tls-server-end-point": binding }),
  "SCRAM-SHA-256": () => scramScene(...sha256, null),
  "SCRAM-SHA-1": () => scramScene(...sha1, null),
  EXTERNAL: () => ({ client: {}, server: { certificate } }),
  OAUTHBEARER: () => tokenScene("user@example.com", "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="),
  XOAUTH2: () => tokenScene("someuser@example.com", "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"),
  PLAIN: () => tim,
  "CRAM-MD5": cramScene,
  LOGIN: () => tim,
  ANONYMOUS: () => ({ client: { name: "sirhc" }, server: {} }),
};

interface Example {
  readonly initial: Uint8Array | null;
  /** The server's challenges and the client's answers, in turn. */
  readonly turns: readonly { readonly challenge: Uint8Array; readonly response: Uint8Array }[];
}

function exampleOf({ name, example }: Mechanism): Example {
  const lines = example.split("\n");
  const [, initial = null] = new RegExp(`^C: AUTH ${name}(?: (\\S+))?$`).exec(lines[0] ?? "") ?? [];
  expect(lines.at(-1)).toBe("S: +OK");
  const octets = lines.slice(1, -1).map((line, at) => {
    const [, encoded] = (at % 2 === 0 ? /^S: \+ (\S*)$/ : /^C:(?: (\S+))?$/).exec(line) ?? [];
    expect(line).toMatch(at % 2 === 0 ? /^S: \+ / : /^C:/);
    return fromBase64(encoded ?? "");
  });
  const turns = octets.flatMap((challenge, at) =>
    at % 2 === 0 ? [{ challenge, response: octets[at + 1] ?? NOTHING }] : [],
  );
  return { initial: initial === null ? null : initial === "=" ? NOTHING : fromBase64(initial), turns };
}

describe.each(mechanisms.map((mechanism) => ({ mechanism, name: mechanism.name })))("$name", ({ mechanism, name }) => {
  test("the server plays its part of the example", async () => {
    const { initial, turns } = exampleOf(mechanism);
    const exchange = mechanism.server(serverContext(scenes[name]!().server), initial);
    let step = await exchange.next();
    for (const { challenge, response } of turns) {
      expect(step.done ? "an end" : base64(step.value)).toBe(base64(challenge));
      step = await exchange.next(response);
    }
    expect(step).toEqual({ done: true, value: { user: expect.any(String) } });
  });

  test("the client plays its part of the example", () => {
    const { initial, turns } = exampleOf(mechanism);
    const exchange = mechanism.client(clientContext(scenes[name]!().client));
    expect(base64(exchange.next().value ?? "an end")).toBe(base64(initial ?? NOTHING));
    for (const { challenge, response } of turns) {
      expect(base64(exchange.next(challenge).value ?? "an end")).toBe(base64(response));
    }
    expect(exchange.next(NOTHING)).toEqual({ done: true, value: undefined });
  });

  test("the example fits a command line, and begins as the mechanism does", () => {
    expect(exampleOf(mechanism).initial === null).toBe(!mechanism.clientFirst);
    // RFC 2449 §4: 255 octets, CRLF included.
    expect(mechanism.example.split("\n")[0]!.slice("C: ".length).length).toBeLessThanOrEqual(253);
  });

  test("its facts are in order", () => {
    expect(name).toMatch(/^[A-Z0-9_-]{1,20}$/);
    expect(mechanism.reference.length).toBeGreaterThan(0);
    expect(mechanism.discussion.length).toBeGreaterThan(100);
    expect(mechanism.bindsChannel).toBe(name.endsWith("-PLUS"));
  });
});

test("they are listed strongest first, and each under its own name too", () => {
  expect(mechanisms.map(({ name }) => name)).toEqual(Object.keys(scenes));
  const { mechanisms: list, ...named } = all;
  expect(new Set(Object.values(named))).toEqual(new Set(list));
});

test("what is out of date or open to everybody is served on request alone", () => {
  expect(mechanisms.filter(({ onRequest }) => onRequest).map(({ name }) => name)).toEqual([
    "CRAM-MD5",
    "LOGIN",
    "ANONYMOUS",
  ]);
});

test("what reveals a password or a token says so", () => {
  expect(mechanisms.filter(({ revealsSecret }) => revealsSecret).map(({ name }) => name)).toEqual([
    "OAUTHBEARER",
    "XOAUTH2",
    "PLAIN",
    "LOGIN",
  ]);
});
