// The built client at work on the running Node, whichever it is, against the built server.
// The cases are shared with other runtimes: `../support/client-cases.mjs`.
import { after, before, test } from "node:test";
import { clientCases } from "../support/client-cases.mjs";
import { caseServer } from "../support/client-cases-server.mjs";

/** @type {Awaited<ReturnType<typeof caseServer>>} */
let server;
before(async () => {
  server = await caseServer();
});
after(async () => server.close());

for (const [name, run] of Object.entries(clientCases)) test(name, async () => run(server));
