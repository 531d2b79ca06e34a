// Logging in: which way is chosen, why none is, how the exchange of AUTH goes, and what a server may not do in it.
// What the mechanisms say is their tests'; secrets that come back are `redaction.test.ts`'s.
import { Buffer } from "node:buffer";
import { expect, test } from "vitest";
import {
  type AuthOptions,
  CommandRefused,
  LoginImpossible,
  ProtocolViolation,
  type TokenRequest,
} from "@postern/pop3/client";
import { identity } from "../support/identity.mjs";
import { type ScriptedAnswer, scripted, type ScriptedOptions } from "../support/scripted-server.js";

const PASSWORD: AuthOptions = { user: "ann", password: "correct-horse" };
const CLEARTEXT: AuthOptions = { ...PASSWORD, cleartext: true };
const TOKEN: AuthOptions = { user: "ann", token: "token-of-ann", cleartext: true };
const SCRAM_CHALLENGE = /^n,,n=ann,r=(.*)$/;

async function failureOf(work: Promise<unknown>): Promise<Error & { readonly obstacles?: readonly unknown[] }> {
  return work.then(
    () => new Error("it did not fail"),
    (error: unknown) => error as Error,
  );
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

/** The first command of the login, and what came of it. */
async function firstWord(
  script: {
    readonly capabilities?: readonly string[] | null;
    readonly greeting?: string;
    readonly implicitTls?: boolean;
  },
  options: ScriptedOptions,
): Promise<string> {
  const stop: ScriptedAnswer = (_, peer) => (peer.end(), undefined);
  await using server = await scripted({ ...script, answers: { USER: stop, APOP: stop, AUTH: stop } });
  const error = await failureOf(server.connect(options));
  const word = server.peer.lines.find((line) => /^(USER|APOP|AUTH)/.test(line));
  return word === undefined
    ? error.name
    : word
        .split(" ")
        .slice(0, word.startsWith("AUTH") ? 2 : 1)
        .join(" ");
}

const ALL =
  "SASL PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-1-PLUS SCRAM-SHA-256-PLUS XOAUTH2 OAUTHBEARER EXTERNAL ANONYMOUS";
const APOP = "+OK <1@example.org>\r\n";
const choices: readonly [
  chosen: string,
  capabilities: readonly string[] | null,
  auth: AuthOptions,
  greeting?: string,
][] = [
  ["AUTH SCRAM-SHA-256", [ALL, "USER"], PASSWORD, APOP],
  ["AUTH SCRAM-SHA-256", [ALL], CLEARTEXT],
  ["AUTH SCRAM-SHA-1", ["SASL PLAIN SCRAM-SHA-1"], CLEARTEXT],
  ["AUTH PLAIN", ["USER", "SASL LOGIN PLAIN"], CLEARTEXT],
  ["AUTH OAUTHBEARER", [ALL], TOKEN],
  ["AUTH XOAUTH2", ["SASL XOAUTH2 PLAIN"], TOKEN],
  ["AUTH PLAIN", ["SASL PLAIN"], { ...CLEARTEXT, authorizationId: "bob" }, APOP],
  ["AUTH EXTERNAL", ["SASL EXTERNAL"], { user: "ann", certificate: true }],
  ["AUTH ANONYMOUS", [ALL], { user: "ann", methods: ["ANONYMOUS"] }],
  ["AUTH CRAM-MD5", [ALL], { ...PASSWORD, methods: ["cram-md5"] }],
  ["AUTH LOGIN", [ALL], { ...CLEARTEXT, methods: ["LOGIN", "PLAIN"] }],
  ["AUTH PLAIN", [ALL], { ...CLEARTEXT, methods: ["PLAIN", "SCRAM-SHA-256"] }],
  ["APOP", ["USER"], PASSWORD, APOP],
  ["APOP", null, PASSWORD, APOP],
  ["USER", ["USER"], CLEARTEXT],
  ["USER", [], CLEARTEXT],
  ["USER", null, CLEARTEXT],
  ["USER", ["SASL", "USER"], CLEARTEXT],
  ["LoginImpossible", [ALL, "USER"], { user: "ann" }],
  ["LoginImpossible", ["SASL PLAIN LOGIN", "USER"], PASSWORD],
  ["LoginImpossible", [ALL, "USER"], { user: "ann", token: "t" }],
  ["LoginImpossible", [ALL], { ...PASSWORD, methods: ["SCRAM-SHA-256-PLUS"] }],
  ["LoginImpossible", [ALL], { ...CLEARTEXT, methods: [] }],
  ["LoginImpossible", ["SASL SCRAM-SHA-256X"], PASSWORD],
  ["LoginImpossible", ["USER"], { ...CLEARTEXT, authorizationId: "bob" }, APOP],
  ["LoginImpossible", ["USER"], { ...CLEARTEXT, password: "pässword" }],
  ["USER", ["USER", "UTF8 USER"], { ...CLEARTEXT, password: "pässword" }],
  ["RangeError", [ALL], { ...CLEARTEXT, methods: ["PLAINE"] }],
];

test.each(choices)("%s for %j and %j", async (chosen, capabilities, auth, greeting = "+OK\r\n") => {
  expect(await firstWord({ capabilities, greeting }, { auth })).toBe(chosen);
});

test("under TLS passwords may travel, and what binds the channel comes first", async () => {
  const options = (auth: AuthOptions): ScriptedOptions => {
    return { auth, tls: "implicit", host: "localhost", tlsOptions: { ca: identity.cert } };
  };
  const on = (capabilities: readonly string[], auth: AuthOptions): Promise<string> => {
    return firstWord({ capabilities, implicitTls: true }, options(auth));
  };
  expect(await on([ALL], PASSWORD)).toBe("AUTH SCRAM-SHA-256-PLUS");
  expect(await on(["SASL SCRAM-SHA-1-PLUS SCRAM-SHA-256"], PASSWORD)).toBe("AUTH SCRAM-SHA-1-PLUS");
  expect(await on(["SASL PLAIN", "USER"], PASSWORD)).toBe("AUTH PLAIN");
  expect(await on(["USER"], PASSWORD)).toBe("USER");
  expect(await on(["SASL XOAUTH2"], { user: "ann", token: "t" })).toBe("AUTH XOAUTH2");
});

test("a login that is refused by the client says why, way by way", async () => {
  await using server = await scripted({ capabilities: ["SASL PLAIN SCRAM-SHA-256-PLUS", "USER"] });
  const error = await failureOf(server.connect({ auth: PASSWORD }));
  expect(error).toBeInstanceOf(LoginImpossible);
  expect(
    Object.fromEntries((error as LoginImpossible).obstacles.map(({ method, reason }) => [method, reason])),
  ).toEqual({
    "SCRAM-SHA-256-PLUS": "there is no TLS to bind it to",
    "SCRAM-SHA-1-PLUS": "the server does not list it",
    "SCRAM-SHA-256": "the server does not list it",
    "SCRAM-SHA-1": "the server does not list it",
    EXTERNAL: "it needs a certificate, and auth.certificate",
    OAUTHBEARER: "it needs auth.token",
    XOAUTH2: "it needs auth.token",
    PLAIN: "it would send a secret in the clear; use TLS, or allow it with auth.cleartext",
    APOP: "the greeting has no timestamp",
    USER: "it would send a secret in the clear; use TLS, or allow it with auth.cleartext",
  });
  expect(error.message).not.toContain("correct-horse");
  expect(server.peer.lines).toEqual(["CAPA"]);
  await server.peer.closed;
});

// RFC 5034 §4: with its CRLF a command has 255 octets at most. AUTH PLAIN leaves 242 of them, which hold 180 octets in Base64: a password of 175 with `ann`.
test.each([
  [175, 1],
  [176, 2],
  [2000, 2],
])("a password of %i characters takes %i steps", async (length, steps) => {
  const password = "p".repeat(length);
  await using server = await scripted({
    capabilities: ["SASL PLAIN"],
    answers: {
      AUTH: async (params, peer) => (params === "PLAIN" && (await peer.send("+ \r\n"), await peer.line()), "+OK\r\n"),
    },
  });
  const client = await server.connect({ auth: { ...CLEARTEXT, password } });
  const sent = server.peer.chunks.filter((chunk) => !chunk.startsWith("CAPA"));
  const response = base64(`\0ann\0${password}`);
  expect(sent).toEqual(steps === 1 ? [`AUTH PLAIN ${response}\r\n`] : ["AUTH PLAIN\r\n", `${response}\r\n`]);
  if (steps === 1) expect(sent[0]!.length).toBeLessThanOrEqual(255);
  client.close();
});

test("a token is asked for anew once it was refused, and once only", async () => {
  for (const works of [true, false]) {
    const asked: TokenRequest[] = [];
    await using server = await scripted({
      capabilities: ["SASL OAUTHBEARER"],
      answers: {
        AUTH: (params) =>
          works && Buffer.from(params.slice(12), "base64").toString().includes("fresh")
            ? "+OK\r\n"
            : "-ERR expired\r\n",
      },
    });
    const token = (request: TokenRequest): string => (asked.push(request), request.refused ? "fresh" : "stale");
    const error = await failureOf(
      server.connect({ auth: { user: "ann", token, cleartext: true } }).then((client) => client.close()),
    );
    expect(asked.map(({ refused }) => refused)).toEqual([false, true]);
    if (works) expect(error.message).toBe("it did not fail");
    else expect(error).toMatchObject({ name: "CommandRefused", text: "expired" });
  }
});

test("a token is asked for anew where the server says why in JSON first", async () => {
  let tries = 0;
  await using server = await scripted({
    capabilities: ["SASL XOAUTH2"],
    answers: {
      AUTH: async (_, peer) => {
        if (++tries === 2) return "+OK\r\n";
        await peer.send(`+ ${base64('{"status":"400"}')}\r\n`);
        await peer.line();
        return "-ERR [AUTH] expired\r\n";
      },
    },
  });
  const client = await server.connect({ auth: { user: "ann", token: async () => `t${tries}`, cleartext: true } });
  expect(client.loginMethod).toBe("XOAUTH2");
  client.close();
});

test.each(["IN-USE", "LOGIN-DELAY", "SYS/TEMP"])(
  "a token is not asked for anew where it is not the cause: %s",
  async (code) => {
    let asked = 0;
    await using server = await scripted({ capabilities: ["SASL XOAUTH2"], answers: { AUTH: `-ERR [${code}] no\r\n` } });
    const error = await failureOf(
      server.connect({ auth: { user: "ann", token: () => `t${asked++}`, cleartext: true } }),
    );
    expect(error).toMatchObject({ name: "CommandRefused", code });
    expect(asked).toBe(1);
  },
);

test("a token that stands in the options is tried once", async () => {
  let tries = 0;
  await using server = await scripted({
    capabilities: ["SASL XOAUTH2"],
    answers: { AUTH: () => (tries++, "-ERR\r\n") },
  });
  await failureOf(server.connect({ auth: TOKEN }));
  expect(tries).toBe(1);
});

test("a provider that throws ends the login with what it threw", async () => {
  const thrown = new Error("offline");
  await using server = await scripted({ capabilities: ["SASL XOAUTH2"] });
  for (const token of [
    () => Promise.reject(thrown),
    (): string => {
      throw thrown;
    },
  ]) {
    expect(await failureOf(server.connect({ auth: { user: "ann", token, cleartext: true } }))).toBe(thrown);
    await server.peer.closed;
  }
});

/** What a server says to AUTH SCRAM-SHA-256, with the client's nonce in hand; the client's next lines are answered with `then`. */
async function scram(
  first: (nonce: string) => string,
  then: readonly string[] = [],
): Promise<{ readonly error: Error; readonly lines: readonly string[] }> {
  await using server = await scripted({
    capabilities: ["SASL SCRAM-SHA-256"],
    answers: {
      AUTH: async (params, peer) => {
        const [, nonce = ""] = SCRAM_CHALLENGE.exec(Buffer.from(params.split(" ")[1] ?? "", "base64").toString()) ?? [];
        await peer.send(first(nonce));
        for (const answer of then) {
          if ((await peer.line()) === "*") return "-ERR cancelled\r\n";
          await peer.send(answer);
        }
        return undefined;
      },
      "*": "-ERR cancelled\r\n",
    },
  });
  const client = await server.connect({ auth: null });
  const error = await failureOf(client.login(PASSWORD));
  expect(client.state).not.toBe("TRANSACTION");
  client.close();
  return { error, lines: server.peer.lines };
}

const challenge = (nonce: string, iterations = 4096): string =>
  `+ ${base64(`r=${nonce}server,s=c2FsdA==,i=${iterations}`)}\r\n`;
const wrong = `+ ${base64(`v=${base64("x".repeat(32))}`)}\r\n`;
const cheats: readonly [what: string, first: (nonce: string) => string, then: readonly string[], problem: RegExp][] = [
  ["lets in at once", () => "+OK welcome\r\n", [], /too early/],
  ["lets in without its signature", challenge, ["+OK\r\n"], /too early/],
  ["signs wrongly", challenge, [wrong, "+OK\r\n"], /signature is wrong/],
  ["signs wrongly and lets in", challenge, [wrong.concat("+OK\r\n")], /signature is wrong/],
  ["takes another nonce", () => challenge("mine"), [], /nonce/],
  ["asks for an hour of work", (nonce) => challenge(nonce, 2_000_000_000), [], /iteration count/],
  ["asks for next to none", (nonce) => challenge(nonce, 1), [], /iteration count/],
  ["sends what is not Base64", () => "+ !!!\r\n", [], /not Base64/],
  ["sends Base64 that was cut", () => "+ cj0xMjM\r\n", [], /not Base64/],
  ["sends what is not SCRAM", () => `+ ${base64("hello")}\r\n`, [], /not as SCRAM has it/],
  ["goes on for ever", () => "+ \r\n".repeat(30), [], /cancelled|asks and asks|nothing/],
  ["sends a challenge without an end", () => "+ ".padEnd(70_000, "A"), [], /line of more than/],
];

test.each(cheats)("a server that %s is not let through", async (_, first, then, problem) => {
  const { error } = await scram(first, then);
  expect(error).toBeInstanceOf(ProtocolViolation);
  expect(error.message).toMatch(problem);
});

test("an exchange that the client gives up is cancelled, and the session with it", async () => {
  await using server = await scripted({
    capabilities: ["SASL SCRAM-SHA-256", "USER"],
    answers: { AUTH: async (_, peer) => (await peer.send("+ !!!\r\n"), await peer.line(), "-ERR cancelled\r\n") },
  });
  const client = await server.connect({ auth: null });
  expect(await failureOf(client.login(PASSWORD))).toBeInstanceOf(ProtocolViolation);
  expect(server.peer.lines.at(-1)).toBe("*");
  expect(client.state).toBe("ended");
});

test("challenges without an end", async () => {
  await using server = await scripted({
    capabilities: ["SASL LOGIN"],
    answers: { "*": "+ VXNlcm5hbWU6\r\n", AUTH: "+ VXNlcm5hbWU6\r\n" },
  });
  const error = await failureOf(server.connect({ auth: { ...CLEARTEXT, methods: ["LOGIN"] } }));
  expect(error).toBeInstanceOf(ProtocolViolation);
  expect(server.peer.lines.length).toBeLessThan(30);
});

test("an early yes to a response that was not sent", async () => {
  await using server = await scripted({ capabilities: ["SASL PLAIN"], answers: { AUTH: "+OK\r\n" } });
  const error = await failureOf(server.connect({ auth: { ...CLEARTEXT, password: "p".repeat(300) } }));
  expect(error.message).toContain("without having heard who it is");
});

test("a refusal has its code, and another login may follow", async () => {
  let tries = 0;
  await using server = await scripted({
    capabilities: ["USER", "RESP-CODES", "AUTH-RESP-CODE"],
    answers: { PASS: () => ["-ERR [AUTH] wrong\r\n", "-ERR [IN-USE] another session\r\n", "+OK\r\n"][tries++] },
  });
  const client = await server.connect({ auth: null });
  const [wrongOne, inUse] = [await failureOf(client.login(CLEARTEXT)), await failureOf(client.login(CLEARTEXT))];
  expect(wrongOne).toBeInstanceOf(CommandRefused);
  expect(wrongOne).toMatchObject({ code: "AUTH", responseCode: { cause: "credentials" } });
  expect(inUse).toMatchObject({ code: "IN-USE", line: "-ERR [IN-USE] another session", keyword: "PASS" });
  await client.login(CLEARTEXT);
  expect(client.loginMethod).toBe("USER");
  client.close();
});

test("a code that nobody declared is kept as it came", async () => {
  await using server = await scripted({ answers: { PASS: "-ERR [X-FULL/9] moon\r\n" } });
  expect(await failureOf(server.connect())).toMatchObject({ code: null, receivedCode: "X-FULL/9", text: "moon" });
});

test("UTF-8 mode and language come before the login, where they are listed", async () => {
  await using server = await scripted({
    capabilities: ["UTF8", "LANG"],
    answers: { UTF8: "+OK\r\n", LANG: "-ERR no\r\n" },
  });
  const client = await server.connect({ utf8: true, language: "de" });
  expect(client.utf8Mode).toBe(true);
  expect(server.peer.lines.slice(0, 5)).toEqual(["CAPA", "LANG de", "UTF8", "USER ann", "PASS correct-horse"]);
  client.close();
  await using without = await scripted();
  const other = await without.connect({ utf8: true, language: "de" });
  expect(other.utf8Mode).toBe(false);
  expect(without.peer.lines).not.toContain("UTF8");
  other.close();
});
