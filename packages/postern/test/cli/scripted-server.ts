// A server on loopback that says what a test has written down, however wrong that is. Remembers what it was told.
// Servers that keep to the RFCs are the real one's part: `pop3/test/support/world.ts`.
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { identity } from "../../../pop3/test/support/identity.mjs";

/** `null` hangs up, an empty text says nothing. Of several, each is said once and the last one again and again. */
type Said = string | null;

export interface Script {
  readonly greeting?: Said;
  /** By the line or its first word; everything else is refused. Line ends are added, those inside a text are LF. */
  readonly answers?: Readonly<Record<string, Said | readonly Said[]>>;
  /** STLS is answered, and TLS begins. */
  readonly startsTls?: boolean;
}

export interface ScriptedServer extends AsyncDisposable {
  readonly port: number;
  /** Lines that came, with what they came over. */
  readonly heard: string[];
}

/** The answer to CAPA with these lines. */
export function capabilityList(...lines: readonly string[]): string {
  return ["+OK", ...lines, "."].join("\n");
}

export async function scripted({
  greeting = "+OK ready",
  answers = {},
  startsTls = false,
}: Script): Promise<ScriptedServer> {
  const heard: string[] = [];
  const sockets = new Set<Socket>();
  const asked = new Map<string, number>();

  const say = (socket: Socket, said: Said): void => {
    if (said === null) socket.destroy();
    else if (said !== "") socket.write(`${said.replaceAll("\n", "\r\n")}\r\n`, "latin1");
  };
  const answerTo = (line: string): Said => {
    const word = line.split(" ", 1)[0] ?? "";
    const key = line in answers ? line : word;
    const answer = answers[key];
    if (answer === undefined) return word === "QUIT" ? "+OK" : "-ERR unknown command";
    if (!Array.isArray(answer)) return answer as Said;
    const times = asked.get(key) ?? 0;
    asked.set(key, times + 1);
    return answer[Math.min(times, answer.length - 1)] as Said;
  };
  const listen = (socket: Socket, over: string): void => {
    let rest = "";
    socket.on("error", () => undefined);
    const read = (chunk: Buffer): void => {
      const lines = (rest + chunk.toString("latin1")).split("\r\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        heard.push(`${over} ${line}`);
        if (line === "STLS" && startsTls) {
          socket.off("data", read);
          socket.write("+OK begin\r\n");
          const secure = new TLSSocket(socket, { isServer: true, ...identity });
          sockets.add(secure);
          listen(secure, "tls");
          return;
        }
        say(socket, answerTo(line));
      }
    };
    socket.on("data", read);
  };

  const server = createServer((socket) => {
    sockets.add(socket);
    listen(socket, "clear");
    say(socket, greeting);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    heard,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
