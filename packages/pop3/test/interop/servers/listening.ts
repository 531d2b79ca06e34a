// Two ways in which a server of the farm gets its connections: it listens on ports that are free, or a program of it is started for
// each connection, as inetd does it. Knows no server.
import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { ChildProcess } from "node:child_process";
import type { Jail } from "./jail.js";

const host = "127.0.0.1";
const patienceMs = 30_000;

/** So many different ports that nothing listens on. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, host));
  await Promise.all(servers.map(async (server) => once(server, "listening")));
  const ports = servers.map(portOf);
  await Promise.all(servers.map(async (server) => once(server.close(), "close")));
  return ports;
}

/** Waits until the server accepts connections. Rejects with what it said where it ends instead. */
export async function accepting(port: number, server: ChildProcess, jail: Jail): Promise<void> {
  for (const deadline = Date.now() + patienceMs; !(await accepts(port)); await pause(20)) {
    if (server.exitCode !== null || server.signalCode !== null) throw new Error(`The server ended: ${jail.log()}`);
    if (Date.now() > deadline) throw new Error(`Nothing accepts connections on port ${port}: ${jail.log()}`);
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, host);
  const accepted = await new Promise<boolean>((resolve) => {
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
  });
  socket.destroy();
  return accepted;
}

/** Starts a program for each connection, which is its standard input and output. Resolves to the port. */
export async function listenFor(jail: Jail, command: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<number> {
  // No octet may be read here: all are the program's.
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    socket.on("error", () => {});
    const ends = {
      TCPREMOTEIP: host,
      TCPREMOTEPORT: `${socket.remotePort}`,
      TCPLOCALIP: host,
      TCPLOCALPORT: `${socket.localPort}`,
    };
    jail.spawn(command, { env: { ...ends, ...env }, stdio: socket });
    socket.destroy();
  });
  await once(server.listen(0, host), "listening");
  server.unref();
  jail.defer(() => server.close());
  return portOf(server);
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
