// The checks are checked: each fails on a server that was broken for it, passes on the same server without the fault, and none is left out.
// Postern's own server passes them all.
import { checksOf } from "@postern/pop3/conformance";
import { startTestServer } from "@postern/pop3/testing";
import { describe, expect, test } from "vitest";
import { brokenServers } from "./broken/index.js";
import { examined, resultOn, soundOptions } from "./subject.js";

describe("a broken server fails, and the same without the fault passes", () => {
  test.each(brokenServers.map((broken, at) => [`${broken.check} (${at})`, broken] as const))(
    "%s",
    async (_, broken) => {
      const { check, faults, server = {}, brokenServer = {}, front, examination, finding } = broken;
      const sound = await resultOn(check, server, examination);
      expect(sound).toMatchObject({ outcome: "passed", finding: null });
      const bad = await resultOn(check, { ...server, ...brokenServer, faults }, examination, front);
      expect(bad).toMatchObject({ outcome: "failed", remedy: expect.any(String) as string });
      expect(bad.finding).toMatch(finding);
      expect(bad.transcript.length).toBeGreaterThan(0);
    },
  );
});

test("no check lands without a server that fails it", () => {
  const broken = new Set(brokenServers.map(({ check }) => check));
  expect(
    checksOf({})
      .filter(({ id }) => !broken.has(id))
      .map(({ id }) => id),
  ).toEqual([]);
});

test("every id of a broken server is that of a check", () => {
  const ids = new Set(checksOf({}).map(({ id }) => id));
  expect(brokenServers.filter(({ check }) => !ids.has(check))).toEqual([]);
});

describe.each(["starttls", "implicit", "none"] as const)("Postern itself, thoroughly, %s", (tls) => {
  test("nothing fails, and nothing is undecided", async () => {
    await using server = await startTestServer(soundOptions());
    const report = await examined(server, { tls });
    expect(report.results.filter(({ outcome }) => outcome === "failed" || outcome === "undecided")).toEqual([]);
    expect(report).toMatchObject({ conformant: true, logins: expect.any(Number) as number });
    expect(report.logins).toBeGreaterThan(0);
  });
});
