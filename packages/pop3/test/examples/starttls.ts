// Port 110: the connection begins in the clear and nothing but STLS is sent in it. A log without secrets shows what was said.
// Shown in docs/guides/client.md and run by examples.test.ts.
import { Pop3Client } from "@postern/pop3/client";

await using client = await Pop3Client.connect({
  host: "pop.example.net",
  tls: "required",
  auth: { user: "ann", password: process.env["MAIL_PASSWORD"] ?? "" },
  log: ({ who, line }) => console.log(who, line),
});
for await (const piece of client.retrieve(1)) console.log(piece.length);
