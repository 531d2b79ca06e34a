// What went wrong, and whose fault it is: by class, and by the response code where the server sends one.
// Shown in docs/guides/client.md and run by examples.test.ts.
import { CommandRefused, LoginImpossible, Pop3Client, ProtocolViolation, TransportLost } from "@postern/pop3/client";

try {
  await using client = await Pop3Client.connect({
    host: "pop.example.net",
    auth: { user: "ann", password: "not the password" },
    signal: AbortSignal.timeout(60_000),
  });
  console.log(client.state);
} catch (error) {
  if (error instanceof CommandRefused) {
    if (error.code === "AUTH") console.log("ask for another password");
    else if (error.code === "IN-USE") console.log("another session has the maildrop open: try again later");
    else console.log(error.text, error.responseCode?.clientBehavior);
  } else if (error instanceof LoginImpossible) console.log(error.obstacles);
  else if (error instanceof TransportLost) console.log("try again", error.reason);
  else if (error instanceof ProtocolViolation) console.log("report it", error.line);
  else throw error;
}
