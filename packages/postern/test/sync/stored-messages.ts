// What lies at a destination of files, read as any program would. For tests that kill a fetch and count what is there.
// Knows no state and no server.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { mboxSource } from "../../src/delivery/mbox-source.js";
import { textOf } from "./workplace.js";

/** Each message there, one character an octet, in no order. */
export async function storedMessages({
  kind,
  path,
}: {
  readonly kind: string;
  readonly path: string;
}): Promise<string[]> {
  const messages: string[] = [];
  if (kind === "mbox") {
    for await (const message of (await mboxSource(path, "none")).messages())
      messages.push(await textOf(message.open()));
    return messages;
  }
  for (const folder of kind === "maildir" ? [join(path, "new"), join(path, "cur")] : [path]) {
    for (const file of readdirSync(folder)) messages.push(readFileSync(join(folder, file), "latin1"));
  }
  return messages;
}
