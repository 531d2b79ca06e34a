// What the built client has to do on every runtime that is promised: cases without a test tool, for Node, Bun and Deno alike,
// in no newer syntax than the oldest Node reads.
// What it does in particular is tested beside; here the question is whether the runtime has what it needs.
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { CommandRefused, LoginImpossible, Pop3Client, ProtocolViolation, TransportLost } from "@postern/pop3/client";
import { identity } from "./identity.mjs";

/**
 * Where the server of `client-cases-server.mjs` listens.
 * @typedef {{ port: number, tlsPort: number }} Ports
 * @typedef {Omit<Partial<import("@postern/pop3/client").ConnectOptions>, "auth"> & { user?: string, password?: string, cleartext?: boolean, methods?: readonly string[] }} CaseOptions
 */

/** @param {Ports} ports @param {CaseOptions} options */
async function inTheClear({ port }, { user = "ann", password = "secret", methods, ...more } = {}) {
  const auth = { user, password, cleartext: true, ...(methods !== undefined && { methods }) };
  return Pop3Client.connect({ host: "127.0.0.1", port, tls: "none", auth, ...more });
}

/** @param {Ports} ports @param {"implicit" | "required" | "opportunistic"} tls @param {CaseOptions} options */
async function underTls({ port, tlsPort }, tls, { user = "ann", password = "secret", ...more } = {}) {
  return Pop3Client.connect({
    host: "localhost",
    port: tls === "implicit" ? tlsPort : port,
    tls,
    tlsOptions: { ca: identity.cert },
    auth: { user, password },
    ...more,
  });
}

/** @param {Promise<unknown>} work @returns {Promise<any>} */
async function failureOf(work) {
  return work.then(
    () => assert.fail("it did not fail"),
    /** @param {unknown} error */ (error) => error,
  );
}

/**
 * A server that says one thing after the other, and then nothing: the first at once, the next for each chunk that comes. It hangs up where null comes next.
 * @param {readonly (string | null)[]} sayings
 * @param {(port: number) => Promise<void>} work
 */
async function scripted(sayings, work) {
  /** @type {import("node:net").Socket[]} */
  const sockets = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    const left = [...sayings];
    const say = () => {
      const saying = left.shift();
      if (typeof saying === "string") socket.write(saying);
      if (left[0] === null) socket.end();
    };
    socket.on("error", () => {});
    socket.on("data", say);
    say();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  try {
    await work(typeof address === "object" && address !== null ? address.port : 0);
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

/** @param {Uint8Array} octets */
const textOf = (octets) => new TextDecoder("latin1").decode(octets);

/** @type {Readonly<Record<string, (ports: Ports) => Promise<void>>>} */
export const clientCases = {
  "a session in the clear": async (ports) => {
    /** @type {string[]} */
    const log = [];
    const client = await inTheClear(ports, { methods: ["USER"], log: ({ who, line }) => log.push(`${who} ${line}`) });
    assert.equal(client.state, "TRANSACTION");
    assert.equal(client.tls, null);
    const { count } = await client.stat();
    assert.equal(count, 40);
    const [listing, ids] = await Promise.all([client.list(), client.uniqueIds()]);
    assert.equal(listing.length, 40);
    assert.equal((await client.uniqueIds(3)).uniqueId, ids[2]?.uniqueId);
    assert.equal(textOf(await client.retrieve(1).bytes()), "Subject: 1\r\n\r\n.A dot\r\n");
    assert.equal(textOf(await client.top(1, 0).bytes()), "Subject: 1\r\n\r\n");
    const refused = await failureOf(client.retrieve(41).bytes());
    assert.ok(refused instanceof CommandRefused);
    await client.delete(1);
    await client.reset();
    await client.noop();
    assert.deepEqual(await client.quit(), { deleted: [] });
    assert.ok(log.includes("C PASS ****"), log.join("\n"));
    assert.ok(!log.join("\n").includes("secret"));
  },

  "SCRAM without TLS": async (ports) => {
    const client = await inTheClear(ports, { methods: ["SCRAM-SHA-256"] });
    assert.equal(client.loginMethod, "SCRAM-SHA-256");
    await client[Symbol.asyncDispose]();
  },

  "implicit TLS, and a login that is bound to it": async (ports) => {
    const client = await underTls(ports, "implicit");
    assert.equal(client.tls?.authorized, true);
    assert.equal(client.tls?.version, "TLSv1.3");
    assert.equal(client.tls?.alpn, "pop3");
    assert.match(client.tls?.certificate?.fingerprint ?? "", /^[0-9A-F:]{95}$/);
    assert.equal(client.loginMethod, "SCRAM-SHA-256-PLUS");
    assert.equal((await client.stat()).count, 40);
    await client[Symbol.asyncDispose]();
  },

  STLS: async (ports) => {
    for (const tls of /** @type {const} */ (["required", "opportunistic"])) {
      const client = await underTls(ports, tls);
      assert.equal(client.tls?.authorized, true);
      assert.equal((await client.list()).length, 40);
      await client[Symbol.asyncDispose]();
    }
  },

  "certificates that do not hold": async (ports) => {
    for (const tls of /** @type {const} */ (["implicit", "required"])) {
      const stream = () => connect(tls === "implicit" ? ports.tlsPort : ports.port, "127.0.0.1");
      for (const options of [{ tlsOptions: {} }, { host: "pop.example.org", stream }]) {
        const error = await failureOf(underTls(ports, tls, options));
        assert.ok(error instanceof TransportLost, String(error));
        assert.equal(error.reason, "tls");
      }
    }
  },

  "TLS over a stream of the caller's": async (ports) => {
    const client = await underTls(ports, "required", { stream: () => connect(ports.port, "127.0.0.1") });
    assert.equal(client.tls?.authorized, true);
    assert.equal((await client.stat()).count, 40);
    await client[Symbol.asyncDispose]();
  },

  "messages in a loop, with deletions": async (ports) => {
    const client = await underTls(ports, "implicit", { user: "bob" });
    const seen = [];
    for await (const message of client.messages()) {
      assert.equal((await message.bytes()).length, message.octets);
      seen.push(message.number);
      if (message.number % 2 === 0) await client.delete(message.number);
    }
    assert.equal(seen.length, 40);
    assert.equal((await client.quit()).deleted.length, 20);
    const again = await underTls(ports, "implicit", { user: "bob" });
    assert.equal((await again.stat()).count, 20);
    await again[Symbol.asyncDispose]();
  },

  "a large message that waits for its reader": async (ports) => {
    for (const tls of [true, false]) {
      const client = tls
        ? await underTls(ports, "implicit", { user: "eve" })
        : await inTheClear(ports, { user: "eve" });
      const message = client.retrieve(1);
      await new Promise((resolve) => setTimeout(resolve, 500));
      assert.ok(message.receivedOctets < 4 * 1024 * 1024, `${message.receivedOctets} octets came unread`);
      let octets = 0;
      for await (const piece of message.stream()) octets += piece.length;
      assert.equal(octets, (await client.list(1)).octets);
      await client.quit();
    }
  },

  "wrong credentials, and a login that is not possible": async (ports) => {
    const refused = await failureOf(inTheClear(ports, { password: "wrong", methods: ["USER"] }));
    assert.ok(refused instanceof CommandRefused);
    assert.equal(refused.code, "AUTH");
    const impossible = await failureOf(
      Pop3Client.connect({
        host: "127.0.0.1",
        port: ports.port,
        tls: "none",
        auth: { user: "ann", password: "x", methods: ["PLAIN"] },
      }),
    );
    assert.ok(impossible instanceof LoginImpossible);
  },

  "implicit TLS with a port in the clear": async (ports) => {
    const error = await failureOf(underTls({ ...ports, tlsPort: ports.port }, "implicit"));
    assert.ok(error instanceof TransportLost, String(error));
    assert.equal(error.reason, "tls");
  },

  "signals and deadlines": async (ports) => {
    const reason = new Error("enough");
    const silent = { stream: () => new Promise(() => {}) };
    const stop = new AbortController();
    setTimeout(() => stop.abort(reason), 20);
    assert.equal(await failureOf(inTheClear(ports, { .../** @type {any} */ (silent), signal: stop.signal })), reason);
    const late = await failureOf(inTheClear(ports, { .../** @type {any} */ (silent), deadlines: { connectMs: 20 } }));
    assert.ok(late instanceof TransportLost);
    assert.equal(late.reason, "deadline");
    const client = await inTheClear(ports);
    assert.equal(await failureOf(client.stat({ signal: AbortSignal.abort(reason) })), reason);
    assert.equal((await client.stat()).count, 40);
    await client[Symbol.asyncDispose]();
  },

  "a server that says nothing, in the clear and in the handshake": async () => {
    for (const tls of /** @type {const} */ (["none", "implicit"])) {
      await scripted([], async (port) => {
        const late = await failureOf(
          Pop3Client.connect({ host: "localhost", port, tls, deadlines: { connectMs: 200 } }),
        );
        assert.ok(late instanceof TransportLost, String(late));
        assert.equal(late.reason, "deadline");
        const stop = new AbortController();
        setTimeout(() => stop.abort(new Error("enough")), 50);
        const aborted = await failureOf(Pop3Client.connect({ host: "localhost", port, tls, signal: stop.signal }));
        assert.equal(aborted, stop.signal.reason);
      });
    }
  },

  "octets behind STLS in the clear": async () => {
    await scripted(["+OK\r\n", "+OK begin\r\n+OK injected\r\n"], async (port) => {
      const error = await failureOf(Pop3Client.connect({ host: "localhost", port, tls: "required" }));
      assert.ok(error instanceof ProtocolViolation, String(error));
    });
  },

  "a message that is cut short": async () => {
    const capa = "+OK\r\nUIDL\r\n.\r\n";
    await scripted(["+OK\r\n", capa, "+OK\r\n", "+OK\r\n", capa, "+OK\r\nhalf\r\n", null], async (port) => {
      const client = await inTheClear({ port, tlsPort: 0 });
      const message = client.retrieve(1);
      const reader = message.stream().getReader();
      assert.equal(textOf((await reader.read()).value ?? new Uint8Array(0)), "half\r\n");
      const error = await failureOf(reader.read());
      assert.ok(error instanceof TransportLost, String(error));
      assert.equal(client.state, "ended");
    });
  },

  "nobody listens": async () => {
    const error = await failureOf(Pop3Client.connect({ host: "127.0.0.1", port: 1, tls: "none" }));
    assert.ok(error instanceof TransportLost);
    assert.equal(error.reason, "unreachable");
  },

  "a session that is closed": async (ports) => {
    const client = await inTheClear(ports);
    await client.delete(1);
    client.close();
    const error = await failureOf(client.stat());
    assert.ok(error instanceof TransportLost || error instanceof ProtocolViolation);
    assert.deepEqual(error.uncommitted, [1]);
  },
};
