// A private capability: declared once, and then as typed as the standard's.
// Shown in docs/guides/client.md and run by examples.test.ts.
import { type Capability, type CommandSpec, Pop3Client } from "@postern/pop3/client";
import { noArgument, none } from "@postern/pop3";

const command: CommandSpec<null> = { keyword: "XTIM", params: none, validIn: ["TRANSACTION"], reply: "single" };

const clock: Capability = {
  tag: "X-CLOCK",
  name: "x-clock",
  registration: null,
  argument: noArgument,
  commands: [command],
  affects: "none",
  announced: { in: "both", differs: false },
  reference: ["https://example.net/x-clock"],
  discussion: "Tells the time.",
  checks: [],
  value: () => undefined,
};

await using client = await Pop3Client.connect({
  host: "pop.example.net",
  auth: { user: "ann", password: process.env["MAIL_PASSWORD"] ?? "" },
  capabilities: [clock],
});
if (client.capabilities.has(clock)) console.log((await client.run(command, null)).text);
