// A server that says what a test has it say, right or wrong, for the client's tests. Knows no POP3 but that lines end in CRLF.
// The server of this package is `world.ts`'s.
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { identity } from "./identity.mjs";

/** What a puppet does with a line: what it returns is said, with CRLF; null says nothing. */
export type Part = (line: string, socket: Socket, connection: number) => string | null | Promise<string | null>;

export interface Puppet extends AsyncDisposable {
  readonly port: number;
  /** Every line that came, of all connections. */
  readonly heard: string[];
  readonly sockets: Socket[];
}

export interface PuppetOptions {
  /** Null says nothing at first. */
  readonly greeting?: string | null;
  readonly tls?: boolean;
}

export async function puppet(part: Part, { greeting = "+OK ready", tls = false }: PuppetOptions = {}): Promise<Puppet> {
  const heard: string[] = [];
  const sockets: Socket[] = [];
  const accept = (socket: Socket): void => {
    const connection = sockets.push(socket);
    socket.setNoDelay();
    socket.on("error", () => {});
    if (greeting !== null) socket.write(`${greeting}\r\n`);
    let rest = "";
    let turn = Promise.resolve();
    socket.on("data", (chunk: Uint8Array) => {
      rest += new TextDecoder("latin1").decode(chunk);
      const lines = rest.split("\r\n");
      rest = lines.pop()!;
      for (const line of lines) {
        turn = turn.then(async () => {
          heard.push(line);
          const said = await part(line, socket, connection);
          if (said !== null) socket.write(`${said}\r\n`, "latin1");
        });
      }
    });
  };
  const server = tls ? createTlsServer(identity, accept) : createServer(accept);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    heard,
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** Answers of a server that is well-behaved and has two messages, each a line; and lists what it is given. */
export function wellBehaved(capabilities: readonly string[] = ["USER", "UIDL", "TOP"]): Part {
  const list = capabilities.map((line) => `${line}\r\n`).join("");
  return (line, socket) => {
    const [keyword = "", argument] = line.split(" ");
    switch (keyword.toUpperCase()) {
      case "CAPA":
        return `+OK\r\n${list}.`;
      case "LIST":
        return argument === undefined ? "+OK\r\n1 3\r\n2 3\r\n." : `+OK ${argument} 3`;
      case "UIDL":
        return argument === undefined ? "+OK\r\n1 a\r\n2 b\r\n." : `+OK ${argument} a`;
      case "RETR":
      case "TOP":
        return "+OK\r\nx\r\n.";
      case "STAT":
        return "+OK 2 6";
      case "QUIT":
        socket.end("+OK bye\r\n");
        return null;
      default:
        return "+OK";
    }
  };
}
