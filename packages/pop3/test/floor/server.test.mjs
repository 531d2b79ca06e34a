// The built library at work on the running Node, whichever it is: a session in the clear and under TLS, and the store's contract.
import assert from "node:assert/strict";
import test from "node:test";
import { MemoryAccounts, MemoryMaildrops, Pop3Server } from "@postern/pop3/server";
import { maildropContract, parseDialog, playDialog, Wire } from "@postern/pop3/testing";
import { identity } from "../support/identity.mjs";

async function started() {
  const maildrops = new MemoryMaildrops();
  await maildrops.deliver("ann", new TextEncoder().encode("Subject: one\n\n.\nlast"));
  const server = new Pop3Server({ maildrops, authenticator: new MemoryAccounts({ ann: "secret" }), tls: identity });
  const { port } = await server.listen();
  return { server, port };
}

const login =
  "C: USER ann\nS: +OK*\nC: PASS secret\nS: +OK*\nC: RETR 1\nS: +OK 25 octets\nS: Subject: one\nS:\nS: ..\nS: last\nS: .\nC: QUIT\nS: +OK*\nS: <closed>";

test("STLS and a whole session", async () => {
  const { server, port } = await started();
  const wire = await Wire.connect({ port });
  await playDialog(parseDialog("S: +OK*\nC: USER ann\nS: -ERR*\nC: STLS\nS: +OK*"), wire);
  await wire.startTls();
  await playDialog(parseDialog(login), wire);
  await server.close();
});

test("the memory store keeps its contract", async (t) => {
  const make = async () => {
    const store = new MemoryMaildrops();
    return {
      store,
      user: "ann",
      otherUser: "bob",
      breakLease: (/** @type {string} */ user) => store.breakLease(user),
      arrivedMs: (/** @type {string} */ user, /** @type {string} */ uniqueId) =>
        store.messages(user).find((message) => message.uniqueId === uniqueId)?.arrivedMs ?? Number.NaN,
    };
  };
  for (const { name, run } of maildropContract({ make, lasting: false })) await t.test(name, run);
});

test("a server without a certificate refuses implicit TLS", async () => {
  const server = new Pop3Server({ maildrops: new MemoryMaildrops(), authenticator: new MemoryAccounts({}) });
  await assert.rejects(server.listen({ tls: "implicit" }), /certificate/);
});
