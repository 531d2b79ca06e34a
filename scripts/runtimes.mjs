// Runs the client's cases on another runtime: `runtimes.mjs COMMAND [ARGUMENT...]`, such as `runtimes.mjs deno run -A`.
// The server is this process, so that what fails is the client's or the runtime's. Build first.
import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { caseServer } from "../packages/pop3/test/support/client-cases-server.mjs";

const [command, ...args] = process.argv.slice(2);
if (command === undefined)
  throw new TypeError("the runtime's command is expected, with what has to stand before a program's path");

const program = fileURLToPath(new URL("../packages/pop3/test/runtimes/client.mjs", import.meta.url));
const server = await caseServer();
const child = spawn(command, [...args, program, String(server.port), String(server.tlsPort)], { stdio: "inherit" });
const [status] = await once(child, "exit");
await server.close();
process.exitCode = status ?? 1;
