// Only what is new: the unique-ids of what was fetched are kept, and mail stays on the server.
// Shown in docs/guides/client.md and run by examples.test.ts.
import { Pop3Client } from "@postern/pop3/client";
import { known, store } from "./store.js";

await using client = await Pop3Client.connect({
  host: "pop.example.net",
  auth: { user: "ann", password: process.env["MAIL_PASSWORD"] ?? "" },
});
for await (const message of client.messages({ known })) {
  await store(message.uniqueId!, message); // reads the message piece by piece, and makes it last
  known.add(message.uniqueId!);
}
