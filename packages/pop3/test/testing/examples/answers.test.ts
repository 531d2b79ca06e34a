// An example of docs/guides/testing-clients.md: answers that no other fault gives.
// Run as it stands.
import { answer, multiLine, startTestServer } from "@postern/pop3/testing";
import { expect, test } from "vitest";
import { collect } from "./collect.mjs";

test("a client gets by without UIDL, and reads what other servers say", async () => {
  await using server = await startTestServer({
    faults: [
      // One line, in the place of the command.
      answer("UIDL", "-ERR what?"),
      // All of a reply.
      answer("CAPA", multiLine("+OK", ["USER", "UIDL", "X-UNKNOWN a b c"])),
      // What the honest server says, changed.
      answer("RETR", ({ text }) => text.replace(/^\+OK .*/, "+OK message follows")),
      // Steps: half of the reply, a moment later the rest.
      answer("LIST", ({ reply }) => [reply.subarray(0, 9), { pauseMs: 10 }, reply.subarray(9)]),
    ],
  });
  const kept: (string | null)[] = [];
  await collect(server, (uniqueId) => kept.push(uniqueId));
  expect(kept).toEqual([null, null, null]);
  expect(server.sessions[0]?.dialog()).toContain("S: +OK message follows");
});
