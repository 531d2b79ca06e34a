// The client of @postern/pop3 as its guide shows it: every message into a file, deleted once it is written; and then `quit`.
// It is run in this process. It remembers no unique-ids, because nobody has told it any.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Pop3Client } from "@postern/pop3/client";
import { filesIn } from "../../support/client.js";
import { ownVersion } from "../own-version.js";
import type { Errand, FaultedClient } from "../client.js";

const modes = { plain: "none", stls: "required", tls: "implicit" } as const;

async function fetched({ port, way, caFile, user, password, silenceSeconds, folder, signal }: Errand): Promise<void> {
  const mail = join(folder, "mail");
  mkdirSync(mail, { recursive: true });
  const silenceMs = silenceSeconds * 1000;
  await using client = await Pop3Client.connect({
    host: "localhost",
    port,
    tls: modes[way],
    tlsOptions: { ca: readFileSync(caFile, "utf8") },
    auth: { user, password, cleartext: way === "plain" },
    deadlines: { connectMs: silenceMs, silenceMs, quitMs: silenceMs },
    signal,
  });
  for await (const message of client.messages({ signal })) {
    const octets = await message.bytes();
    writeFileSync(join(mail, String(readdirSync(mail).length).padStart(4, "0")), octets);
    await client.delete(message.number, { signal });
  }
  await client.quit({ signal });
}

export const posternClient: FaultedClient = {
  name: "postern-client",
  program: null,
  ways: ["plain", "stls", "tls"],
  good: [0],
  remembers: false,
  version: async () => ownVersion("pop3"),
  run: async (errand) => {
    try {
      await fetched(errand);
      return { status: 0, output: "" };
    } catch (error: unknown) {
      return { status: errand.signal.aborted ? null : 1, output: String(error) };
    }
  },
  kept: (folder) => filesIn(join(folder, "mail")),
};
