// Fetches a maildrop by node-pop3: every message into a file, deleted once it is written; and then QUIT. It remembers no unique-ids.
// node-pop3 gives a message with its stuffed dots and without its last line end: both are put right here.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import Pop3Command from "node-pop3";

const [, , way = "", port = "", caFile = "", user = "", password = "", silence = "", folder = ""] = process.argv;
const client = new Pop3Command({
  host: "localhost",
  port: Number(port),
  user,
  password,
  tls: way === "tls",
  timeout: Number(silence) * 1000,
  tlsOptions: { ca: readFileSync(caFile) },
});
const listed = await client.UIDL();
for (const [number = ""] of listed) {
  const text = await client.RETR(Number(number));
  const name = String(readdirSync(folder).length).padStart(4, "0");
  writeFileSync(join(folder, name), `${text.replaceAll(/^\.\./gm, ".")}\r\n`);
  await client.DELE(Number(number));
}
await client.QUIT();
