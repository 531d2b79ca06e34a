// A plain server under TLS: every message, as a whole.
// Shown in docs/guides/client.md and run by examples.test.ts.
import { Pop3Client } from "@postern/pop3/client";

await using client = await Pop3Client.connect({
  host: "pop.example.net",
  auth: { user: "ann", password: process.env["MAIL_PASSWORD"] ?? "" },
});
for await (const message of client.messages()) {
  const octets = await message.bytes();
  console.log(message.number, message.uniqueId, octets.length);
}
