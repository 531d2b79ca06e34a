// The mechanisms of the built library on the running Node: both ends of one that computes with everything they use.
// What they refuse is tested elsewhere; here the question is whether this Node has what they need.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import test from "node:test";
import { cramMd5, scramSha256Plus, scramVerifierOf } from "@postern/pop3/server";

const shared = {
  channelBindings: { "tls-exporter": randomBytes(32) },
  prepare: (/** @type {string} */ text) => text.normalize("NFKC"),
  random: (/** @type {number} */ octets) => randomBytes(octets),
};
const client = { ...shared, name: "änn", password: "sécret", host: "localhost", port: 995 };
const server = {
  ...shared,
  authenticator: {
    verifyPassword: async () => null,
    scramVerifier: async (/** @type {string} */ name, /** @type {"SHA-1" | "SHA-256"} */ hash) => ({
      user: name,
      ...(await scramVerifierOf("sécret", hash, randomBytes(16), 4096)),
    }),
    sharedSecret: async (/** @type {string} */ user) => ({ user, secret: "sécret" }),
  },
  certificate: null,
  offered: [],
  hostname: "localhost",
  authorize: async (/** @type {string} */ user) => user,
};

for (const mechanism of [scramSha256Plus, cramMd5]) {
  test(`${mechanism.name}: both ends agree`, async () => {
    const mine = mechanism.client(client);
    const first = mine.next();
    const theirs = mechanism.server(server, mechanism.clientFirst ? (first.value ?? null) : null);
    let step = await theirs.next();
    while (!step.done) step = await theirs.next(mine.next(step.value).value ?? new Uint8Array(0));
    assert.deepEqual(step.value, { user: "änn" });
    assert.equal(mine.next(new Uint8Array(0)).done, true);
  });
}
