// The process of a server with one message that is far larger than memory should ever hold, made up while it is sent.
// One session at a time is all it is for. Tells its parent of each RETR and waits for a word before it answers.
import { once } from "node:events";
import { createServer } from "node:net";
import process from "node:process";
import { createInterface } from "node:readline";
import { wireMessage } from "../messages.mjs";

/** The message is this part again and again; whole lines, so that it stays in wire form. */
const PART_OCTETS = 1024 * 1024;

const octets = Number(process.argv[2]);
const part = wireMessage(1, PART_OCTETS);

/** @type {Readonly<Record<string, string>>} */
const answers = {
  CAPA: "+OK\r\nUSER\r\nTOP\r\nUIDL\r\nRESP-CODES\r\nPIPELINING\r\n.\r\n",
  USER: "+OK\r\n",
  PASS: "+OK\r\n",
  STAT: `+OK 1 ${octets}\r\n`,
  LIST: `+OK\r\n1 ${octets}\r\n.\r\n`,
  "LIST 1": `+OK 1 ${octets}\r\n`,
  UIDL: "+OK\r\n1 huge\r\n.\r\n",
  "UIDL 1": "+OK 1 huge\r\n",
  NOOP: "+OK\r\n",
  RSET: "+OK\r\n",
};

/** @param {import("node:net").Socket} socket */
async function retrieve(socket) {
  process.send?.("retrieving");
  await once(process, "message");
  socket.write(`+OK ${octets} octets\r\n`);
  for (let sent = 0; sent < octets; sent += PART_OCTETS) {
    if (!socket.write(part)) await once(socket, "drain");
  }
  socket.write(".\r\n");
}

/** @param {import("node:net").Socket} socket */
async function serve(socket) {
  socket.setNoDelay(true);
  socket.write("+OK\r\n");
  for await (const line of createInterface({ input: socket })) {
    const [keyword = ""] = line.toUpperCase().split(" ");
    if (keyword === "QUIT") socket.end("+OK\r\n");
    else if (keyword === "RETR") await retrieve(socket);
    else socket.write(answers[line.toUpperCase().trim()] ?? answers[keyword] ?? "-ERR\r\n");
  }
}

const listener = createServer((socket) => {
  socket.on("error", () => socket.destroy());
  serve(socket).catch(() => socket.destroy());
});
listener.listen(0, "127.0.0.1", () => {
  const address = listener.address();
  process.send?.({ port: typeof address === "object" && address !== null ? address.port : 0 });
});
