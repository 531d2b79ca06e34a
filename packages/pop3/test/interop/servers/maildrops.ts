// The two forms of a maildrop on disk that servers of the farm read: a Maildir, and a file in mbox form.
// Knows no server; whether the server's programs may write there is its own affair.
import { account } from "./account.js";
import type { UserName } from "./account.js";
import type { Jail } from "./jail.js";
import { latin1, octets, withLf } from "./line-ends.js";

const owner: UserName = account.user;

/** One file a message, named so that the order of names is that of the messages. */
export async function fillMaildir(jail: Jail, folder: string, messages: readonly Uint8Array[]): Promise<void> {
  await jail.empty(folder, { owner, mode: 0o700 });
  for (const part of ["cur", "new", "tmp"]) await jail.empty(`${folder}/${part}`, { owner, mode: 0o700 });
  for (const [at, message] of messages.entries()) {
    await jail.write(`${folder}/new/${1_700_000_000 + at}.M${at}P1.localhost`, message, { owner, mode: 0o600 });
  }
}

/**
 * As delivery agents write it: with LF, `>` before every line that would begin another message, and an empty line at the end, which
 * is no part of the message. A message without an empty line behind its header gets one, for else that line would be it.
 */
export async function fillMbox(jail: Jail, file: string, messages: readonly Uint8Array[]): Promise<void> {
  const parts = messages.map(
    (message) => `From ann@example.org Thu Jan  1 12:00:00 2026\n${latin1(inMbox(message))}\n`,
  );
  await jail.write(file, octets(parts.join("")), { owner, mode: 0o600 });
}

/** What a file in mbox form can keep of a message. */
export function inMbox(message: Uint8Array): Uint8Array {
  const text = latin1(withLf(message)).replaceAll(/^(>*From )/gm, ">$1");
  const lines = text === "" || text.endsWith("\n") ? text : `${text}\n`;
  return octets(lines.startsWith("\n") || lines.includes("\n\n") ? lines : `${lines}\n`);
}
