// Fetches every message of a maildrop by node-pop3, one after the other, and tells what it took. Octets are not told: it
// gives messages as strings, with the stuffed dots still in them. Run by node-pop3.mjs: port, user, password.
import process from "node:process";
import Pop3Command from "node-pop3";

/** Without one it waits for ever where it has missed the end of a message. */
const IDLE_MS = 10_000;

const [, , port = "", user = "", password = ""] = process.argv;
const beganMs = performance.now();
const beganCpu = process.cpuUsage();
const client = new Pop3Command({ host: "127.0.0.1", port: Number(port), user, password, tls: false, timeout: IDLE_MS });
const messages = (await client.LIST()).length;
for (let number = 1; number <= messages; number++) await client.RETR(number);
await client.QUIT();
const ms = performance.now() - beganMs;
const cpu = process.cpuUsage(beganCpu);
process.stdout.write(JSON.stringify({ messages, ms, cpuMs: (cpu.user + cpu.system) / 1000 }));
