// Microsoft 365: XOAUTH2 in two steps, because a token does not fit the 255 octets of a command.
// Shown in docs/guides/client.md and run by examples.test.ts.
import { Pop3Client } from "@postern/pop3/client";
import { accessToken } from "./tokens.js";

await using client = await Pop3Client.connect({
  host: "outlook.office365.com",
  auth: { user: "ann@example.com", token: ({ refused }) => accessToken({ fresh: refused }) },
});
console.log(client.loginMethod, (await client.stat()).count);
