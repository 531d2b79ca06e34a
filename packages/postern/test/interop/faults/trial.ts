// One client against one fault: a server of its own, so many visits, and what became of the mail.
// Knows no client and no case by name.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { startTestServer, type TestServer } from "@postern/pop3/testing";
import type { FaultCase } from "./cases.js";
import type { FaultedClient } from "./client.js";
import { outcomeOf, type Outcome } from "./outcome.js";

export interface Trial {
  readonly outcome: Outcome;
  /** From the first octet to the last, over all visits. */
  readonly seconds: number;
  /** For a person who wonders: what the client printed, and what was said. */
  readonly story: string;
}

/** What each client is told to bear of silence, in seconds, as far as it can be told. */
const SILENCE_SECONDS = 2;

const USER = "ann";
const PASSWORD = "secret";

const letter = (subject: string, body: string): string =>
  `From: bob@example.org\nTo: ann@example.org\nSubject: ${subject}\nMessage-ID: <${subject}@example.org>\n\n${body}`;

/** By their unique-ids; line ends are LF here, and nowhere looked at. */
const MESSAGES: ReadonlyMap<string, string> = new Map([
  ["message-1", letter("one", "The first message.\n")],
  [
    "message-2",
    letter("two", "A few lines:\n.one with a dot\n..one with two\n.\nand more behind a dot alone.\nThe end.\n"),
  ],
  ["message-3", letter("three", "0123456789 abcdefghijklmnopqrstuvwxyz\n".repeat(40))],
  ["message-4", letter("four", "The last message.\n")],
]);

/** Runs the client for as long as `patienceMs` at each visit. */
export async function tried(client: FaultedClient, given: FaultCase, patienceMs: number): Promise<Trial> {
  const { way = "plain", visits = 1, certificate = "valid", faults } = given;
  await using server = await startTestServer({
    accounts: { [USER]: PASSWORD },
    messages: [...MESSAGES.values()],
    mechanisms: [],
    certificate,
    faults,
  });
  const folder = mkdtempSync(join(tmpdir(), "postern-faults-"));
  try {
    const caFile = join(folder, "ca.pem");
    writeFileSync(caFile, server.ca);
    const beganMs = performance.now();
    let ended: "well" | "badly" | "not" = "well";
    let reported = false;
    let story = "";
    for (let visit = 1; visit <= visits && ended !== "not"; visit++) {
      const patience = new AbortController();
      const timer = setTimeout(() => patience.abort(), patienceMs);
      const { status, output } = await client.run({
        port: way === "tls" ? server.tlsPort : server.port,
        way,
        caFile,
        user: USER,
        password: PASSWORD,
        messages: MESSAGES.size,
        silenceSeconds: SILENCE_SECONDS,
        folder,
        signal: patience.signal,
      });
      clearTimeout(timer);
      if (patience.signal.aborted) ended = "not";
      else ended = status !== null && client.good.includes(status) ? "well" : "badly";
      reported ||= ended === "badly";
      story += `visit ${visit}: status ${status}\n${output}\n`;
    }
    const seconds = (performance.now() - beganMs) / 1000;
    // What QUIT deletes is gone when the session is.
    await Promise.race([server.ended(), wait(2000, undefined, { ref: false })]);
    const facts = {
      originals: MESSAGES,
      left: new Set(server.maildrops.messages(USER).map(({ uniqueId }) => uniqueId)),
      kept: client.kept(folder).map((octets) => plainText(octets, client)),
      accepted: accepted(given, server),
      ended,
      reported,
    };
    const outcome = outcomeOf(facts);
    const said = server.sessions.map((session) => session.dialog().slice(0, 5000)).join("\n---\n");
    return {
      outcome,
      seconds,
      story: `${story}\nleft: ${[...facts.left].join(", ")}\nkept: ${facts.kept.length}\n${said}`,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function plainText(octets: Buffer, { adds }: FaultedClient): string {
  const text = octets.toString("latin1").replaceAll("\r\n", "\n");
  return adds === undefined ? text : text.replace(adds, "");
}

function accepted({ untrusted = false, injected = false }: FaultCase, { sessions }: TestServer): boolean {
  if (untrusted)
    return sessions.some(({ commands }) => commands.some((line) => /^(USER|PASS|AUTH|APOP)\b/i.test(line)));
  // Who saw the octets broke off before TLS, or dropped them and goes on to log in.
  return injected && sessions.some(({ secure, user }) => secure && user === null);
}
