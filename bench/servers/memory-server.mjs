// The process behind `memory.mjs`: fills the maildrops, then serves them until SIGTERM.
import { readFileSync } from "node:fs";
import process from "node:process";
import { MemoryAccounts, MemoryMaildrops, Pop3Server } from "../../packages/pop3/dist/server/index.js";
import { PASSWORD } from "../loads.mjs";
import { message } from "../messages.mjs";

/** @type {{ port: number, tlsPort: number, users: import("../loads.mjs").User[], certFile: string, keyFile: string }} */
const settings = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8"));
const { port, tlsPort, users, certFile, keyFile } = settings;

const maildrops = new MemoryMaildrops();
for (const { name, messages, octets } of users) {
  for (let number = 1; number <= messages; number++) await maildrops.deliver(name, message(number, octets));
}
const server = new Pop3Server({
  maildrops,
  authenticator: new MemoryAccounts(Object.fromEntries(users.map(({ name }) => [name, PASSWORD]))),
  tls: { cert: readFileSync(certFile), key: readFileSync(keyFile) },
  cleartextLogin: "loopback",
});
await server.listen({ port });
await server.listen({ port: tlsPort, tls: "implicit" });

process.once("SIGTERM", () => {
  void server.close({ graceMs: 0 }).then(() => process.exit());
});
