// The client's cases as a plain program, for runtimes that have no node:test of their own: `client.mjs PORT TLS-PORT`.
// `scripts/runtimes.mjs` starts it beside a server on Node. Ends with status 1 where a case fails.
import process from "node:process";
import { clientCases } from "../support/client-cases.mjs";

const [port, tlsPort] = process.argv.slice(2).map(Number);
if (port === undefined || tlsPort === undefined)
  throw new TypeError("two ports are expected: in the clear, and of implicit TLS");

const LIMIT_MS = 20_000;
let failed = 0;
for (const [name, run] of Object.entries(clientCases)) {
  try {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`not done after ${LIMIT_MS} ms`)), LIMIT_MS);
    });
    await Promise.race([run({ port, tlsPort }), late]);
    clearTimeout(timer);
    console.log(`ok ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAILED ${name}`);
    console.log(error);
  }
}
console.log(`${Object.keys(clientCases).length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
