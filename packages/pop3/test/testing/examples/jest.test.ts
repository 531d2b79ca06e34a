// An example of docs/guides/testing-clients.md: Jest, whose `test` and `expect` are globals; here Vitest's stand for them.
// Jest itself is not run: the example asks for no more than both have.
import { startTestServer, type TestServer } from "@postern/pop3/testing";
import { collect } from "./collect.mjs";
import "./jest-globals.js";

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.close());

test("a login that is refused for now is reported as such", async () => {
  server.inject({ fault: "refused", on: "*", state: "AUTHORIZATION", code: "SYS/TEMP", text: "try later" });
  await expect(collect(server, () => {})).rejects.toThrow("try later");
  await server.ended();
  expect(server.sessions[0]?.dialog()).toMatch(/S: -ERR \[SYS\/TEMP\] try later/);
});
