// TLS from the first octet and by STLS: who the server is, what may follow in the clear (nothing), and what happens where it is not to be had.
// What is bound to a channel is `login.test.ts`'s and the mechanisms'.
import { Buffer } from "node:buffer";
import { connect, type Socket } from "node:net";
import { duplexPair } from "node:stream";
import { expect, test } from "vitest";
import { CommandRefused, Pop3Client, ProtocolViolation, TransportLost } from "@postern/pop3/client";
import { authority, early, expired, good, other } from "../support/server-certificates.js";
import { identity } from "../support/identity.mjs";
import {
  multi,
  pause,
  type Script,
  scripted,
  type ScriptedPeer,
  type ScriptedOptions,
} from "../support/scripted-server.js";

async function failureOf(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => new Error("it did not fail"),
    (error: unknown) => error as Error,
  );
}

const INJECTED = "+OK\r\nUSER\r\nX-INJECTED\r\n.\r\n";
const IN_THE_CLEAR = /in the clear, before TLS began/;
/** What comes in a chunk of its own is read by TLS, which does not take it for a handshake: the violation is null there. */
const injections: readonly [
  how: string,
  violation: RegExp | null,
  answer: (peer: ScriptedPeer) => Promise<void>,
  greeting?: string,
][] = [
  ["in the same chunk", IN_THE_CLEAR, (peer) => peer.send(`+OK begin\r\n${INJECTED}`)],
  ["an octet in the same chunk", IN_THE_CLEAR, (peer) => peer.sendInPieces("+OK begin\r\n+", INJECTED.slice(1))],
  ["in the next chunk", null, (peer) => peer.sendInPieces("+OK begin\r\n", INJECTED)],
  ["behind a line end that was cut", IN_THE_CLEAR, (peer) => peer.sendInPieces("+OK begin\r", `\n${INJECTED}`)],
  ["before STLS was sent", /answers nothing/, (peer) => peer.send(""), `+OK\r\n+OK begin\r\n${INJECTED}`],
];

test.each(injections)(
  "octets behind STLS in the clear are refused: %s",
  async (_, violation, answer, greeting = "+OK\r\n") => {
    await using server = await scripted({
      greeting,
      answers: {
        STLS: async (_, peer) => {
          await answer(peer);
          await peer.startTls();
          return undefined;
        },
      },
    });
    const options: ScriptedOptions = { tls: "required", host: "localhost", tlsOptions: { ca: identity.cert } };
    const error = await failureOf(server.connect(options));
    expect(error).toMatchObject(
      violation === null ? { name: "TransportLost", reason: "tls" } : { name: "ProtocolViolation" },
    );
    expect(error.message).toMatch(violation ?? /not TLS/);
    expect(server.peer.lines.join()).not.toContain("ann");
    await server.peer.closed;
  },
);

test("octets behind STLS that a stream had ready are refused", async () => {
  const [near, far] = duplexPair();
  const connecting = failureOf(Pop3Client.connect({ host: "localhost", tls: "required", stream: () => near }));
  far.write("+OK\r\n");
  await pause(10);
  near.pause();
  far.write("+OK begin\r\n");
  far.write(INJECTED);
  near.resume();
  const error = await connecting;
  expect(error).toBeInstanceOf(ProtocolViolation);
  expect(error.message).toMatch(IN_THE_CLEAR);
  await expect.poll(() => near.destroyed, { timeout: 10_000 }).toBe(true);
});

test("nothing that was said before TLS is believed behind it", async () => {
  let capas = 0;
  await using server = await scripted({
    answers: { CAPA: () => multi(capas++ === 0 ? ["STLS", "SASL CRAM-MD5", "X-BEFORE"] : ["USER", "X-INSIDE"]) },
  });
  const changes: string[] = [];
  const client = await server.connect({
    tls: "opportunistic",
    host: "localhost",
    tlsOptions: { ca: identity.cert },
    auth: null,
    listeners: { "capabilities.changed": ({ after, now }) => changes.push(`${after}: ${now.lines.join()}`) },
  });
  expect(client.capabilities.lines).toEqual(["USER", "X-INSIDE"]);
  expect(client.tls?.authorized).toBe(true);
  expect(changes).toEqual(["stls: USER,X-INSIDE"]);
  client.close();
});

test("required TLS that is refused ends the session, and nothing was said of the user", async () => {
  await using server = await scripted({ answers: { STLS: "-ERR [SYS/PERM] not here\r\n" } });
  const error = await failureOf(server.connect({ tls: "required" }));
  expect(error).toMatchObject({ name: "TransportLost", reason: "tls" });
  expect(error.message).toContain("not here");
  expect(error.cause).toBeInstanceOf(CommandRefused);
  expect(server.peer.lines).toEqual(["STLS"]);
  await server.peer.closed;
});

test("opportunistic TLS that is not listed goes on in the clear, and sends no password there", async () => {
  await using server = await scripted({ capabilities: ["USER", "SASL PLAIN"] });
  const client = await server.connect({ tls: "opportunistic", auth: null });
  expect(client.tls).toBeNull();
  const error = await failureOf(client.login({ user: "ann", password: "correct-horse" }));
  expect(error.name).toBe("LoginImpossible");
  expect(error.message).toContain("in the clear");
  expect(server.peer.lines).toEqual(["CAPA"]);
  client.close();
});

test("opportunistic TLS that is listed and fails does not go on in the clear", async () => {
  await using server = await scripted({ capabilities: ["STLS"], answers: { STLS: "-ERR\r\n" } });
  expect(await failureOf(server.connect({ tls: "opportunistic" }))).toMatchObject({ reason: "tls" });
  expect(server.peers).toHaveLength(1);
});

const failures: readonly [
  what: string,
  own: { key: string; cert: string },
  options: ScriptedOptions,
  problem: RegExp,
][] = [
  ["self-signed", identity, { host: "localhost" }, /self-signed/],
  ["expired", expired, { host: "localhost", tlsOptions: { ca: authority } }, /expired/],
  ["not valid yet", early, { host: "localhost", tlsOptions: { ca: authority } }, /not yet valid/],
  ["for another name", other, { host: "localhost", tlsOptions: { ca: authority } }, /altnames|match/],
  ["of an unknown authority", good, { host: "localhost" }, /signed the certificate/],
];

test.each(
  failures.flatMap(([what, own, options, problem]) =>
    (["implicit", "required"] as const).map((tls) => [what, tls, own, options, problem] as const),
  ),
)("a certificate that is %s (%s)", async (_, tls, own, options, problem) => {
  await using server = await scripted({ identity: own, implicitTls: tls === "implicit" });
  const error = await failureOf(server.connect({ tls, ...options }));
  expect(error).toBeInstanceOf(TransportLost);
  expect(error).toMatchObject({ reason: "tls" });
  expect(error.message).toMatch(problem);
  expect(server.peer.lines.join()).not.toContain("ann");
  await server.peer.closed;
  const trusting = await server.connect({ tls, ...options, tlsOptions: { verified: false } });
  expect(trusting.tls?.authorized).toBe(false);
  trusting.close();
});

test.each([
  ["localhost", []],
  ["127.0.0.1", []],
  ["elsewhere.example.net", ["example.net", "pop.example.org"]],
] as const)("a certificate that holds for %s, also known as %j", async (host, alsoKnownAs) => {
  await using server = await scripted({ identity: good, implicitTls: true });
  const stream = (): Socket => connect(server.port, "127.0.0.1");
  const client = await server.connect({ tls: "implicit", host, stream, tlsOptions: { ca: authority, alsoKnownAs } });
  expect(client.tls?.authorized).toBe(true);
  client.close();
});

const noTls: readonly [what: string, script: Script][] = [
  ["speaks POP3 in the clear", {}],
  ["hangs up", { instead: (peer) => peer.end() }],
  ["resets", { instead: (peer) => peer.reset() }],
  ["sends noise", { instead: (peer) => peer.send(Buffer.alloc(5000, 0xa5)) }],
];

test.each(noTls)("implicit TLS with a server that %s", async (_, script) => {
  await using server = await scripted(script);
  const error = await failureOf(server.connect({ tls: "implicit" }));
  expect(error).toBeInstanceOf(TransportLost);
  // A connection that is reset at once may not have come to be.
  expect((error as TransportLost).reason).toMatch(/^(tls|unreachable)$/);
  await server.peer.closed;
});

test("implicit TLS on a port in the clear says what to do", async () => {
  await using server = await scripted();
  expect((await failureOf(server.connect({ tls: "implicit" }))).message).toContain('takes tls: "required"');
});

test("a connection that breaks under TLS is lost like any other", async () => {
  await using server = await scripted({ implicitTls: true, answers: { NOOP: (_, peer) => (peer.reset(), undefined) } });
  const client = await server.connect({ tls: "implicit", host: "localhost", tlsOptions: { ca: identity.cert } });
  await client.delete(1);
  expect(await failureOf(client.noop())).toMatchObject({ name: "TransportLost", reason: "closed", uncommitted: [1] });
});

test("TLS over a stream of the caller's", async () => {
  await using server = await scripted({ messages: ["one\r\n"] });
  const client = await server.connect({
    tls: "required",
    host: "localhost",
    tlsOptions: { ca: identity.cert },
    stream: () => connect(server.port, "127.0.0.1"),
  });
  expect(client.tls?.authorized).toBe(true);
  expect(await client.stat()).toEqual({ count: 1, octets: 5 });
  client.close();
  const broken = failureOf(
    Pop3Client.connect({ host: "localhost", tls: "none", stream: () => Promise.reject(new Error("no tunnel")) }),
  );
  expect((await broken).message).toBe("no tunnel");
});
