// A server in this process with one account and a few messages, and the ways to connect to it.
import { MemoryAccounts, MemoryMaildrops, Pop3Server, type Pop3ServerOptions } from "@postern/pop3/server";
import { Wire } from "@postern/pop3/testing";
import { octets } from "./cuts.js";
import { identity } from "./identity.mjs";

const MESSAGES: readonly string[] = [
  "From: ann@example.org\r\nSubject: one\r\n\r\nFirst line\r\n.A dot\r\n\r\nlast\r\n",
  "From: ann@example.org\r\nSubject: two\r\n\r\nno newline at the end",
  "Subject: three\n\n.\n..\n\0\xff\n",
];

/** A running server and what it is made of. */
export interface World extends AsyncDisposable {
  readonly server: Pop3Server;
  readonly maildrops: MemoryMaildrops;
  readonly port: number;
  readonly tlsPort: number;
  /** A connection whose greeting was read. */
  connect(tls?: boolean): Promise<Wire>;
  /** The same in the clear, with the greeting. */
  greeted(): Promise<{ readonly wire: Wire; readonly greeting: string }>;
  /** The same after login as `ann`. */
  login(tls?: boolean): Promise<Wire>;
}

export async function world(
  options: Partial<Pop3ServerOptions> = {},
  messages: readonly string[] = MESSAGES,
): Promise<World> {
  const maildrops = new MemoryMaildrops();
  for (const message of messages) await maildrops.deliver("ann", octets(message));
  const server = new Pop3Server({
    maildrops,
    authenticator: new MemoryAccounts({ ann: "secret" }),
    tls: identity,
    cleartextLogin: "loopback",
    ...options,
  });
  const { port } = await server.listen();
  const { port: tlsPort } = await server.listen({ tls: "implicit" });
  const wires: Wire[] = [];
  const greeted = async (tls = false): Promise<{ readonly wire: Wire; readonly greeting: string }> => {
    const wire = await Wire.connect({ port: tls ? tlsPort : port, tls });
    wires.push(wire);
    const greeting = await wire.line();
    if (greeting?.startsWith("+OK") !== true) throw new Error(`no greeting but ${greeting}`);
    return { wire, greeting };
  };
  const connect = async (tls = false): Promise<Wire> => (await greeted(tls)).wire;
  return {
    server,
    maildrops,
    port,
    tlsPort,
    connect,
    greeted: () => greeted(),
    async login(tls) {
      const wire = await connect(tls);
      wire.send("USER ann\r\nPASS secret\r\n");
      for (const line of [await wire.line(), await wire.line()]) {
        if (line?.startsWith("+OK") !== true) throw new Error(`no login but ${line}`);
      }
      return wire;
    },
    async [Symbol.asyncDispose]() {
      for (const wire of wires) wire.close();
      await server.close({ graceMs: 0 });
    },
  };
}
