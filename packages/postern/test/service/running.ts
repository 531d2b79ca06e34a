// A service in this process for the tests of workers and reloads: its log as objects, its threads from the sources.
// Accounts and certificates are made as the command line makes them.
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "node:tls";
import { Wire } from "@postern/pop3/testing";
import { loadConfig } from "../../src/config/load.js";
import type { Config } from "../../src/config/schema.js";
import { startService } from "../../src/service/compose.js";
import type { Service, ServiceSurroundings } from "../../src/service/compose.js";
import { openRooms } from "../../src/service/rooms.js";
import { selfSigned } from "../../src/service/self-signed.js";

const from = (file: string): string[] => ["--import", new URL(file, import.meta.url).href];

/** An entry of the log in its JSON form. */
export type Line = Readonly<Record<string, unknown>> & { readonly event: string; readonly msg: string };

export interface Running {
  readonly service: Service;
  readonly log: readonly Line[];
  readonly port: number;
  readonly tlsPort: number;
  /** Waits for an entry. */
  told(event: string): Promise<Line>;
  /** A connection and its greeting. */
  connected(): Promise<{ wire: Wire; greeting: string | null }>;
  login(user?: string): Promise<{ wire: Wire; answer: string | null }>;
}

export function configOf(cwd: string, flags: Readonly<Record<string, unknown>> = {}): Config {
  const defaults = {
    listen: "127.0.0.1:0",
    listen_tls: "127.0.0.1:0",
    allow_plaintext_login: true,
    workers: 1,
    "log.format": "json",
  };
  return loadConfig({ cwd, env: {}, flags, defaults });
}

export async function addUser(cwd: string, name: string): Promise<void> {
  const rooms = openRooms(configOf(cwd), { create: true });
  await rooms.accounts.add(name, "secret");
  await rooms.maildrops.deliver(name, Buffer.from("Subject: x\n\nx\n"));
  rooms.close();
}

export async function started(
  config: Config,
  more: Partial<ServiceSurroundings> = {},
): Promise<Running & AsyncDisposable> {
  const log: Line[] = [];
  const service = await startService(config, {
    sink: (line) => log.push(JSON.parse(line) as Line),
    terminal: false,
    version: "1.2.3",
    threads: { execArgv: [...from("../cli/from-source.mjs"), ...from("mortal-thread.mjs")] },
    ...more,
  });
  const port = service.listening[0]?.port ?? 0;
  const connected = async (): Promise<{ wire: Wire; greeting: string | null }> => {
    const wire = await Wire.connect({ port });
    return { wire, greeting: await wire.line() };
  };
  return {
    service,
    log,
    port,
    tlsPort: service.listeningTls[0]?.port ?? 0,
    connected,
    told: async (event) => {
      for (;;) {
        const found = log.find((line) => line.event === event);
        if (found !== undefined) return found;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    login: async (user = "ann") => {
      const { wire } = await connected();
      wire.send(`USER ${user}\r\nPASS secret\r\n`);
      await wire.line();
      return { wire, answer: await wire.line() };
    },
    [Symbol.asyncDispose]: async () => service.stop({ graceMs: 0 }),
  };
}

/** Writes a certificate of that name and its key; gives the keys of the configuration for it. */
export async function writeCertificate(cwd: string, name: string): Promise<{ tls_cert: string; tls_key: string }> {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const [tls_cert, tls_key] = [join(cwd, "chain.pem"), join(cwd, "key.pem")];
  const [notBefore, notAfter] = [new Date(Date.now() - 3_600_000), new Date(Date.now() + 3_600_000)];
  writeFileSync(tls_cert, await selfSigned({ key: privateKey, names: [name], notBefore, notAfter }));
  writeFileSync(tls_key, privateKey.export({ type: "pkcs8", format: "pem" }));
  return { tls_cert, tls_key };
}

/** The common name of the certificate that a new connection meets. */
export async function certificateAt(tlsPort: number): Promise<unknown> {
  const socket = connect({ port: tlsPort, host: "127.0.0.1", rejectUnauthorized: false });
  await once(socket, "secureConnect");
  const { CN } = socket.getPeerCertificate().subject;
  socket.destroy();
  return CN;
}
