// Finds out whether a POP3 server is at a host and a port: a TLS handshake with a certificate that is checked, and the greeting.
// Logs nobody in. Which hosts are tried is said in `well-known.ts`.
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls, type SecureContextOptions } from "node:tls";
import { stls } from "@postern/pop3";

export interface Target {
  readonly host: string;
  readonly port: number;
  readonly tls: "implicit" | "required";
}

/** Resolves where a POP3 server with TLS is at the target. Rejects with a `ProbeFailure` or the system's error. */
export type Probe = (target: Target, signal: AbortSignal) => Promise<void>;

/** There is something else. The message holds nothing of the peer's. */
export class ProbeFailure extends Error {
  override readonly name = "ProbeFailure";
}

/** RFC 2449 §4: a reply has at most 512 octets. */
const LONGEST_LINE_OCTETS = 512;

/** A probe that trusts the authorities of Node, or those of `ca`. */
export function tlsProbe(trust: Pick<SecureContextOptions, "ca"> = {}): Probe {
  return async ({ host, port, tls }, signal) => {
    const plain = connectTcp({ host, port });
    const destroy = (): void => void plain.destroy();
    signal.addEventListener("abort", destroy, { once: true });
    const secured = async (): Promise<Socket> => secure(plain, { ...trust, host });
    try {
      if (tls === "implicit") {
        const socket = await secured();
        await expectOk(socket, "something else than a POP3 server");
      } else {
        await expectOk(plain, "something else than a POP3 server");
        plain.write(`${stls.tag}\r\n`);
        await expectOk(plain, "a POP3 server that does not take STLS");
        await secured();
      }
    } finally {
      signal.removeEventListener("abort", destroy);
      plain.destroy();
    }
  };
}

async function secure(
  plain: Socket,
  { host, ca }: { readonly host: string } & Pick<SecureContextOptions, "ca">,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ socket: plain, servername: host, ...(ca !== undefined && { ca }) }, () =>
      resolve(socket),
    );
    // What fails below TLS is not told to the socket above it.
    for (const one of [plain, socket]) {
      one.once("error", reject);
      one.once("close", () => reject(new ProbeFailure("the connection was closed")));
    }
  });
}

/** Reads one line. */
async function expectOk(socket: Socket, otherwise: string): Promise<void> {
  let text = "";
  const take = (chunk: Buffer): boolean => {
    text += chunk.toString("latin1");
    return text.includes("\n") || text.length > LONGEST_LINE_OCTETS;
  };
  await new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      if (!take(chunk)) return;
      socket.off("data", read);
      socket.pause();
      resolve();
    };
    socket.on("data", read);
    socket.once("error", reject);
    socket.once("close", () => reject(new ProbeFailure("the connection was closed")));
    socket.resume();
  });
  if (!/^\+OK[ \r\n]/.test(text)) throw new ProbeFailure(otherwise);
}
