// `postern serve` itself, on its embedded store, examined by `postern check`'s examination: nothing fails, whatever the connection.
// The checks themselves are checked in the library's tests, where each has a server that fails it.
import { readFileSync } from "node:fs";
import { examine } from "@postern/pop3/conformance";
import { afterAll, beforeAll, expect, test } from "vitest";
import { password, type Server, startServer } from "./support/server.js";

const MESSAGES = [
  "Subject: dots\r\n\r\n.\r\n..two\r\n.three.\r\n\r\nend\r\n",
  ".Odd: header\r\nSubject: a dot first of all\r\n\r\nbody\r\n",
  "Subject: no body\r\n\r\n",
  `Subject: octets\r\n\r\n\xe4\xf6\xfc\x7f\r\n${"y".repeat(3000)}\r\n`,
  "Subject: five\r\n\r\nbody of five\r\nline 2\r\nline 3\r\n",
].map((text) => Buffer.from(text, "latin1"));

let server: Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

test.each(["starttls", "implicit", "none"] as const)("%s, thoroughly", { timeout: 60_000 }, async (tls) => {
  await server.addUser(tls, MESSAGES);
  const report = await examine({
    host: "localhost",
    port: tls === "implicit" ? server.portTls : server.port,
    tls,
    mode: "thorough",
    auth: { user: tls, password, cleartext: true },
    tlsOptions: { ca: readFileSync(server.certificateFile, "utf8") },
  });
  const bad = report.results.filter(({ outcome }) => outcome === "failed" || outcome === "undecided");
  expect(bad.map(({ id, finding }) => `${id}: ${finding}`)).toEqual([]);
  expect(report.loginProblem).toBeNull();
  expect(report.totals.passed).toBeGreaterThan(150);
  expect(report.capabilities.filter(({ verdict }) => verdict !== "true" && verdict !== "not-announced")).toEqual([]);
});
