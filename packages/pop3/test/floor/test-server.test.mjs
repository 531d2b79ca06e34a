// An example of docs/guides/testing-clients.md: node:test, in plain JavaScript, against the built library on whatever Node runs it.
// Run by `node --test`, on the oldest Node too.
import assert from "node:assert/strict";
import { test } from "node:test";
import { startTestServer } from "@postern/pop3/testing";
import { collect } from "../testing/examples/collect.mjs";

test("what QUIT did not confirm may be there again", async (t) => {
  const server = await startTestServer({ messages: ["Subject: one\n"] });
  t.after(() => server.close());
  server.inject({ fault: "uncommitted-deletion", session: 1 });
  /** @type {(string | null)[]} */
  const kept = [];
  await collect(server, (uniqueId) => kept.push(uniqueId));
  await collect(server, (uniqueId) => kept.push(uniqueId));
  assert.deepEqual(kept, ["message-1", "message-1"]);
  assert.deepEqual(server.sessions[1]?.commands.slice(-3), ["RETR 1", "DELE 1", "QUIT"]);
  assert.equal(server.maildrops.messages("alice").length, 0);
});
