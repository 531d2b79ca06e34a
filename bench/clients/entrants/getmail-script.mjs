// Runs getmail beside an LMTP server (RFC 2033) that takes every message and keeps none: the one destination for which
// getmail starts no process for each message. Run by getmail.mjs: getmail's directory, whose `getmailrc` lacks the port.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";

/** @param {import("node:net").Socket} socket */
async function take(socket) {
  socket.setNoDelay(true);
  socket.write("220 bench LMTP\r\n");
  let inMessage = false;
  for await (const line of createInterface({ input: socket })) {
    if (inMessage) {
      if (line !== ".") continue;
      inMessage = false;
      socket.write("250 taken\r\n");
    } else if (/^DATA$/i.test(line)) {
      inMessage = true;
      socket.write("354 go on\r\n");
    } else {
      socket.write(/^QUIT$/i.test(line) ? "221 bye\r\n" : "250 bench\r\n");
    }
  }
}

const [, , directory = ""] = process.argv;
const listener = createServer((socket) => {
  socket.on("error", () => socket.destroy());
  take(socket).catch(() => socket.destroy());
}).listen(0, "127.0.0.1");
await once(listener, "listening");
const address = listener.address();
const port = typeof address === "object" && address !== null ? address.port : 0;
appendFileSync(
  join(directory, "getmailrc"),
  `[destination]\ntype = MDA_lmtp\nhost = 127.0.0.1\nport = ${port}\noverride = reader@example.net\n`,
);
const args = [`--getmaildir=${directory}`, "--rcfile=getmailrc", "--quiet"];
const [status] = await once(spawn("getmail", args, { stdio: "inherit" }), "exit");
process.exit(status ?? 1);
