// The code under test in the examples of docs/guides/testing-clients.md: keeps every message, and deletes what it has kept.
// Plain JavaScript, so that each of the three test runners can load it.
import { Pop3Client } from "@postern/pop3/client";

/**
 * @param {{ readonly host: string, readonly port: number }} server
 * @param {(uniqueId: string | null, octets: Uint8Array) => void} keep
 */
export async function collect({ host, port }, keep) {
  const auth = { user: "alice", password: "secret", cleartext: true };
  const client = await Pop3Client.connect({ host, port, tls: "none", auth });
  try {
    for await (const message of client.messages()) {
      keep(message.uniqueId, await message.bytes());
      await client.delete(message.number);
    }
    await client.quit();
  } finally {
    client.close();
  }
}
