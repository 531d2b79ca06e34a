// Dialogs against the server in this process, in the clear and under TLS: those that the declarations carry as their checks,
// and those in `dialogs/`.
import { readdirSync, readFileSync } from "node:fs";
import { standard, type Check } from "@postern/pop3";
import { MemoryPolicies } from "@postern/pop3/server";
import { parseDialog, playDialog } from "@postern/pop3/testing";
import { describe, expect, test } from "vitest";
import { world } from "../support/world.js";

const folder = new URL("../dialogs/", import.meta.url);
const files = readdirSync(folder)
  .filter((file) => file.endsWith(".dialog"))
  .map((file) => ({ file, text: readFileSync(new URL(file, folder), "utf8") }));

function given(text: string): Check["given"] {
  const [, state] = /^# given: (AUTHORIZATION|TRANSACTION)$/m.exec(text) ?? [];
  if (state === undefined)
    throw new SyntaxError("a dialog file says `# given: AUTHORIZATION` or `# given: TRANSACTION`");
  return state as Check["given"];
}

async function play(dialog: string, state: Check["given"], tls: boolean): Promise<void> {
  // With a policy, so that everything there is is announced.
  const policies = new MemoryPolicies({ loginDelaySeconds: 900, retentionDays: "never" });
  await using place = await world({ policies });
  const wire = state === "TRANSACTION" ? await place.login(tls) : await place.connect(tls);
  await playDialog(parseDialog(dialog), wire);
}

const checks = standard.flatMap((capability) => (capability.available === undefined ? [] : capability.checks));

test("every served declaration shows at least one of its requirements", () => {
  for (const { name, available, checks: own } of standard)
    if (available !== undefined) expect(own, name).not.toHaveLength(0);
});

describe.each([
  ["in the clear", false],
  ["under TLS", true],
])("%s", (_, tls) => {
  const over = tls ? "tls" : "cleartext";
  test.each(checks.filter((check) => (check.over ?? over) === over).map((check) => [check.id, check] as const))(
    "%s",
    async (_id, check) => {
      await play(check.dialog, check.given, tls);
    },
  );
  test.each(files.map(({ file, text }) => [file, text] as const))("%s", async (_file, text) =>
    play(text, given(text), tls),
  );
});
