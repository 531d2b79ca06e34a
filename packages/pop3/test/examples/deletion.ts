// Deleting is a commit: nothing is gone before quit() resolves.
// Shown in docs/guides/client.md and run by examples.test.ts.
import { CommandRefused, Pop3Client, TransportLost } from "@postern/pop3/client";

await using client = await Pop3Client.connect({
  host: "pop.example.net",
  auth: { user: "ann", password: process.env["MAIL_PASSWORD"] ?? "" },
});
const listed = await client.listing();
const large = listed.filter(({ octets }) => octets !== null && octets > 1_000_000);
await Promise.all(large.map(({ number }) => client.delete(number)));
try {
  const { deleted } = await client.quit();
  console.log("deleted", deleted);
} catch (error) {
  if (!(error instanceof CommandRefused || error instanceof TransportLost)) throw error;
  console.log("perhaps still there", error.uncommitted);
}
