// What the examination finds about servers that other people wrote: exactly what `findings.json` says, which `docs/findings.md` is made of
// and where each finding was confirmed by hand. A new accusation fails here until somebody has done the same for it.
import { readFile } from "node:fs/promises";
import { type CheckResult, checksOf, examine, type ExaminationOptions } from "@postern/pop3/conformance";
import { expect, test } from "vitest";
import { messages } from "./messages.js";
import { servers } from "./servers/all.js";
import type { InteropServer, RunningInteropServer } from "./servers/server.js";

interface Finding {
  readonly check: string;
  readonly seen: string;
  readonly confirmed: string;
  /** How the examination has to begin for it, where that is not as for the others. */
  readonly tls?: Tls;
}

interface Examined {
  readonly server: string;
  /** Of the Debian package. */
  readonly version: string;
  readonly tls: Tls;
  /** Checks that passed, at least. */
  readonly passed: number;
  readonly findings: readonly Finding[];
}

type Tls = "starttls" | "none";

const { servers: examined } = JSON.parse(await readFile(new URL("findings.json", import.meta.url), "utf8")) as {
  readonly servers: readonly Examined[];
};

/** Small ones, with all that is special about lines. */
const MESSAGES = [
  "plain",
  "dots that begin lines",
  "a dot first of all",
  "no body",
  "8-bit body",
  "UTF-8 header",
  "folded header lines",
  "the last one",
];

const TIMEOUT_MS = 180_000;

/** Checks of logins that come too early: time has to pass as it does. */
const TOO_EARLY = ["login-delay-enforced", "login-delay-code"];

test("every server of the farm is examined", () => {
  expect(examined.map(({ server }) => server).toSorted()).toEqual(servers.map(({ name }) => name).toSorted());
});

// Side by side, as most of the time is spent on waiting for them.
test.concurrent.for(examined)(
  "$server: what fails is what was confirmed",
  { timeout: TIMEOUT_MS },
  async (one, { skip }) => {
    const server = servers.find(({ name }) => name === one.server)!;
    const missing = server.missing();
    if (missing !== null) skip(missing);
    const running = await server.start({ messages: carriedBy(server) });
    await using _ = running;
    if (running.version !== one.version) skip(`${running.version} is installed, and ${one.version} was examined`);

    const results = await examination(running, one.tls);
    expect(failedOf(results), running.log()).toEqual(idsOf(one.findings.filter(({ tls }) => tls === undefined)));
    expect(results.filter(({ outcome }) => outcome === "passed").length).toBeGreaterThanOrEqual(one.passed);

    for (const finding of one.findings) {
      if (finding.tls === undefined) continue;
      const report = await examine({ ...optionsFor(running, finding.tls), only: [finding.check] });
      expect(failedOf(report.results)).toEqual([finding.check]);
    }
  },
);

/** All that there is to examine; a server that announces a delay is asked as if it had passed, but for logins that are to be too early. */
async function examination(running: RunningInteropServer, tls: Tls): Promise<readonly CheckResult[]> {
  const ids = checksOf({}).map(({ id }) => id);
  const options = optionsFor(running, tls);
  let hours = 0;
  const quick = await examine({
    ...options,
    only: ids.filter((id) => !TOO_EARLY.includes(id)),
    now: () => Date.now() + ++hours * 3_600_000,
  });
  const { results } = await examine({ ...options, only: TOO_EARLY });
  return [...quick.results, ...results];
}

function optionsFor({ port, ca, user, password }: RunningInteropServer, tls: Tls): ExaminationOptions {
  return {
    host: "localhost",
    port,
    tls,
    mode: "thorough",
    // Courier answers refused logins after five seconds.
    patienceMs: 7000,
    tlsOptions: { ca },
    auth: { user, password, cleartext: true },
  };
}

function carriedBy(server: InteropServer): readonly Uint8Array[] {
  return MESSAGES.map((name) => messages.get(name)!).filter((message) => server.delivers(message) !== null);
}

function failedOf(results: readonly CheckResult[]): readonly string[] {
  return results
    .filter(({ outcome }) => outcome === "failed")
    .map(({ id }) => id)
    .toSorted();
}

function idsOf(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ check }) => check).toSorted();
}
