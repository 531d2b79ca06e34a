// An example of docs/guides/testing-clients.md: Vitest.
// Run as it stands.
import { startTestServer } from "@postern/pop3/testing";
import { expect, test } from "vitest";
import { collect } from "./collect.mjs";

test("a message that was cut short is neither kept nor deleted", async () => {
  await using server = await startTestServer({
    messages: ["Subject: one\n", "Subject: two\n", "Subject: three\n"],
    faults: [{ fault: "drop", on: "RETR", params: "2", octets: 20, times: 1 }],
  });
  const kept: (string | null)[] = [];
  const keep = (uniqueId: string | null): unknown => kept.push(uniqueId);
  await expect(collect(server, keep)).rejects.toThrow("closed");
  expect(kept).toEqual(["message-1"]);
  expect(server.maildrops.messages("alice")).toHaveLength(3);
  // The second time all goes well.
  await collect(server, keep);
  expect(server.maildrops.messages("alice")).toEqual([]);
  expect(server.sessions[1]?.commands.at(-1)).toBe("QUIT");
});
