// What `postern testserver` prints and writes: where it listens, which scenarios there are, what was said.
// Knows no flag and starts nothing.
import { FAULT_KINDS, SCENARIOS, type RecordedSession, type Scenario, type TestServer } from "@postern/pop3/testing";

type Accounts = Readonly<Record<string, string>>;

export function readyText({ url, tlsUrl }: TestServer, accounts: Accounts): string {
  const users = Object.entries(accounts).map(([name, password]) => `${name} (password: ${password})`);
  const lines = [
    `POP3      ${url}${tlsUrl === null ? "" : ", with STLS"}`,
    ...(tlsUrl === null ? [] : [`POP3S     ${tlsUrl}`]),
    `Accounts  ${users.join(", ")}`,
  ];
  return `${lines.join("\n")}\n`;
}

/** One line. */
export function readyJson(server: TestServer, accounts: Accounts, caFile: string | undefined): string {
  const { url, tlsUrl, host, port, tlsPort, ca } = server;
  const ready = {
    url,
    tlsUrl,
    host,
    port,
    tlsPort: tlsUrl === null ? null : tlsPort,
    accounts,
    ca,
    caFile: caFile ?? null,
    pid: process.pid,
  };
  return `${JSON.stringify(ready)}\n`;
}

/** Every session as a dialog below a line of its own. */
export function recordText({ sessions }: Pick<TestServer, "sessions">): string {
  return sessions.map((session) => `${titleOf(session)}\n${session.dialog()}\n`).join("\n");
}

function titleOf({ number, user, secure }: RecordedSession): string {
  const who = user === null ? "nobody logged in" : user;
  return `# session ${number}, ${secure ? "TLS" : "in the clear"}, ${who}`;
}

export function scenarioListText(): string {
  const scenarios = SCENARIOS.flatMap(({ name, shows, honest, ...rest }) => [
    `${name}: ${originOf(rest)}`,
    ...shows.map((sentence) => `  - ${sentence}`),
    `  Not seen, and honest here: ${honest}`,
    "",
  ]);
  return `${[...scenarios, `Faults: ${FAULT_KINDS.join(", ")}`].join("\n")}\n`;
}

function originOf({ imitates, seen, source }: Pick<Scenario, "imitates" | "seen" | "source">): string {
  return `${imitates}, ${seen ?? "undated"} (${source})`;
}

export function scenarioListJson(): string {
  const scenarios = SCENARIOS.map((scenario) => ({ ...scenario, options: undefined }));
  return `${JSON.stringify({ scenarios, faults: FAULT_KINDS }, null, 2)}\n`;
}
