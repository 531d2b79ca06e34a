// A million lines of the log at its most talkative level, from real connections that are full of secrets: not one line holds one, and
// each is one object of JSON. The server is the library's, the log the service's; nothing between them is made for the test.
import { once } from "node:events";
import { connect } from "node:net";
import { MemoryAccounts, MemoryMaildrops, Pop3Server } from "@postern/pop3/server";
import { expect, test } from "vitest";
import { logEvents } from "../../src/service/events.js";
import { createLog } from "../../src/service/log.js";
import { secret, STEM, Watch } from "./support/secrets.js";

const LINES = 1_000_000;
const CONNECTIONS = 4;

/** No bound of the server's shall end a connection early. */
const unbounded = { uselessCommands: 1_000_000_000, loginFailures: 1_000_000_000 };

/** What a connection sends over and over; each line has a secret of its own where `*` stands. */
const logins = ["PASS *", "APOP name *", "AUTH PLAIN *", "AUTH PLAIN", "*", "AUTH CRAM-MD5 *", "USER ann", "PASS *"];
const others = "XYZW *,USER *  *,STAT *,CAPA *,LANG *,*,* *,PASS *\u0007,QUIT *,RETR *,LOGIN *".split(",");
const script: readonly string[] = [...logins, ...others, ...others, ...others, ...others];

test("none of a million lines holds a secret, and each is one object", { timeout: 60_000 }, async () => {
  await using server = new Pop3Server({
    maildrops: new MemoryMaildrops(),
    authenticator: new MemoryAccounts({ ann: secret("right") }, { secrets: true }),
    cleartextLogin: "always",
    limits: unbounded,
    penalties: { firstDelayMs: 0 },
  });

  const watch = new Watch();
  let lines = 0;
  let batch = "";
  const events = new Map<unknown, number>();
  const problems: string[] = [];
  const search = (): void => {
    if (problems.length < 10) problems.push(...watch.found(batch));
    batch = "";
  };
  const log = await createLog({ format: "json", level: "debug", worker: 0 }, (line) => {
    lines += 1;
    batch += line;
    if (batch.length > 1 << 20) search();
    if (line.indexOf("\n") !== line.length - 1) problems.push(`not one line: ${line}`);
    const { event } = JSON.parse(line) as { event: unknown };
    events.set(event, (events.get(event) ?? 0) + 1);
  });
  logEvents(server, log);
  const { port } = await server.listen();

  const chunk = Array.from({ length: 20 }, () =>
    script.map((line) => `${line.replaceAll("*", () => secret("of many"))}\r\n`).join(""),
  ).join("");
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      const socket = connect(port, "127.0.0.1").resume();
      await once(socket, "connect");
      for (;;) {
        if (lines >= LINES) break;
        if (!socket.write(chunk, "latin1")) await once(socket, "drain");
        else await new Promise((resolve) => setImmediate(resolve));
      }
      socket.destroy();
    }),
  );
  search();

  expect(problems).toEqual([]);
  expect(lines).toBeGreaterThanOrEqual(LINES);
  expect(chunk.split(STEM).length).toBeGreaterThan(500);
  for (const event of ["command.answered", "command.refused", "login.refused"]) {
    expect(events.get(event), event).toBeGreaterThan(LINES / 100);
  }
});
