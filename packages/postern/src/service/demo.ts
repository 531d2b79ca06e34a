// The demonstration: an account with a password that everybody knows, and a few messages to read. For `serve --demo`.
// Sees to it that the password guards nothing real and is reachable from this machine alone. The texts are in `demo-messages.ts`.
import { demoMessages } from "./demo-messages.js";
import { ServiceProblem } from "./problem.js";
import type { Config } from "../config/schema.js";
import { openRooms } from "./rooms.js";

export const demoAccount: { readonly name: string; readonly password: string } = { name: "demo", password: "demo" };

/**
 * Makes the account and puts the messages into its maildrop where that is empty. May be done again and again.
 * Throws `ServiceProblem` where the known password would guard, or lie beside, anything real.
 */
export async function prepareDemo(config: Config): Promise<void> {
  const reachable = [...config.listen, ...config.listen_tls].find(
    ({ host }) => !/^(127\.[\d.]+|::1|localhost)$/.test(host),
  );
  if (reachable !== undefined) {
    throw new ServiceProblem(
      `The demonstration has a password that everybody knows: it listens on 127.0.0.1 and ::1 only, not on ${reachable.host}.`,
    );
  }
  const rooms = openRooms(config, { create: true });
  try {
    const { name, password } = demoAccount;
    const names = rooms.accounts.list().map((account) => account.name);
    if (names.some((other) => other !== name)) {
      throw new ServiceProblem(
        `The data directory ${config.data} has accounts of its own: give --demo another one with --data.`,
      );
    }
    if (names.length === 0) await rooms.accounts.add(name, password);
    if (rooms.maildrops.facts(name).count > 0) return;
    for (const message of demoMessages) await rooms.maildrops.deliver(name, Buffer.from(message));
  } finally {
    rooms.close();
  }
}
