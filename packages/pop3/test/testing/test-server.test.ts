// The test server where nothing misbehaves: it is the honest server, ready at once, recorded, and gone without a trace.
import { startTestServer } from "@postern/pop3/testing";
import { expect, test } from "vitest";

test("it is there at once, and gone when it is disposed of", async () => {
  await using server = await startTestServer();
  expect(server.url).toMatch(/^pop3:\/\/127\.0\.0\.1:\d+$/);
  expect(server.tlsUrl).toMatch(/^pop3s:\/\/localhost:\d+$/);
});
