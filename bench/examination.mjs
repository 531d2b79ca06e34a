// What the test server and the examination cost: how long a server takes to start and to stop, and how long each kind of examination of it,
// with its connections and logins. `npm run bench:examination`; medians of several runs, on loopback.
import process from "node:process";
import { examine } from "@postern/pop3/conformance";
import { startTestServer } from "@postern/pop3/testing";
import { ranged, spreadOf, time } from "./figures.mjs";

const RUNS = 15;

/** @param {readonly number[]} ms */
const shown = (ms) => ranged(spreadOf(ms), time);

/** @type {number[]} */
const starting = [];
/** @type {number[]} */
const stopping = [];
for (let run = 0; run < RUNS; run++) {
  const before = performance.now();
  const server = await startTestServer();
  const started = performance.now();
  await server.close();
  starting.push(started - before);
  stopping.push(performance.now() - started);
}
process.stdout.write(`startTestServer: ${shown(starting)}, close: ${shown(stopping)}; median and range of ${RUNS}\n`);

const messages = ["one", "two", "three", "four", "five"].map((word) => `Subject: ${word}\n\nbody\n.a dot\n`);
for (const mode of /** @type {const} */ (["anonymous", "safe", "thorough"])) {
  for (const tls of /** @type {const} */ (["none", "starttls", "implicit"])) {
    /** @type {number[]} */
    const ms = [];
    let counts = "";
    for (let run = 0; run < RUNS; run++) {
      await using server = await startTestServer({ messages });
      const report = await examine({
        host: "localhost",
        port: tls === "implicit" ? server.tlsPort : server.port,
        tls,
        mode,
        auth: { user: "alice", password: "secret", cleartext: true },
        tlsOptions: { ca: server.ca },
      });
      if (report.totals.failed > 0) throw new Error("the honest server failed a check");
      ms.push(report.elapsedMs);
      counts = `${report.totals.passed} checks passed, ${report.connections} connections, ${report.logins} logins`;
    }
    process.stdout.write(`${mode}, ${tls}: ${shown(ms)}; ${counts}\n`);
  }
}
