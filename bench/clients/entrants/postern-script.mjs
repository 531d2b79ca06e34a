// Fetches every message of a maildrop by the client of @postern/pop3, and tells what it took. All that the benchmark knows
// of the client is here. Run by postern.mjs: door, port, user, password, `first` or `later`, the file of what is remembered.
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";

/**
 * As much of the client as is used here.
 *
 * @typedef {object} Client
 * @property {(options: { thenQuit: boolean }) => AsyncIterable<AsyncIterable<Uint8Array>>} messages
 * @property {{ readonly lines: readonly string[] }} capabilitiesBeforeLogin
 */

const [, , door = "", port = "", user = "", password = "", visit = "", memory = ""] = process.argv;
/** @type {{ Pop3Client: { connect: (options: object) => Promise<Client> } }} */
const { Pop3Client } = await import(door);
const known = visit === "later" ? { remembered: JSON.parse(readFileSync(memory, "utf8")), pipelinedLogin: true } : {};

const beganMs = performance.now();
const beganCpu = process.cpuUsage();
const client = await Pop3Client.connect({
  host: "127.0.0.1",
  port: Number(port),
  tls: "none",
  auth: { user, password, cleartext: true, methods: ["USER", "PLAIN"] },
  prefetchListings: true,
  ...known,
});
let messages = 0;
let octets = 0;
for await (const message of client.messages({ thenQuit: true })) {
  messages++;
  for await (const piece of message) octets += piece.length;
}
const ms = performance.now() - beganMs;
const cpu = process.cpuUsage(beganCpu);
if (visit === "first") writeFileSync(memory, JSON.stringify(client.capabilitiesBeforeLogin.lines));
process.stdout.write(JSON.stringify({ messages, octets, ms, cpuMs: (cpu.user + cpu.system) / 1000 }));
