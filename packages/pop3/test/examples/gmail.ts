// Gmail: a token instead of a password, asked for anew when the server refuses it.
// Shown in docs/guides/client.md and run by examples.test.ts.
import { expire, loginDelay, Pop3Client } from "@postern/pop3/client";
import { accessToken } from "./tokens.js";

await using client = await Pop3Client.connect({
  host: "pop.gmail.com",
  auth: { user: "ann@gmail.com", token: ({ refused }) => accessToken({ fresh: refused }) },
});
console.log(client.loginMethod); // OAUTHBEARER
console.log(client.capabilities.get(loginDelay)?.seconds); // 300: wait that long before the next login
console.log(client.capabilities.get(expire)?.days); // 0: what was retrieved may go at the end of the session
