// docs/guides/testing-clients.md tells the truth: its examples are those that are run, and its tables have every fault and every option.
// What the words between say is checked by nobody.
import { readdir, readFile } from "node:fs/promises";
import { FAULT_KINDS, SCENARIOS, startTestServer, type Fault } from "@postern/pop3/testing";
import { expect, test } from "vitest";

const guide = await readFile(new URL("../../../../docs/guides/testing-clients.md", import.meta.url), "utf8");

test("the guide shows the examples that are run, all of them and nothing else", async () => {
  const folder = new URL("examples/", import.meta.url);
  const names = (await readdir(folder)).filter((name) => name.endsWith(".test.ts"));
  const sources = [
    ...names.map((name) => new URL(name, folder)),
    new URL("../floor/test-server.test.mjs", import.meta.url),
  ];
  const texts = await Promise.all(
    sources.map(async (source) =>
      (await readFile(source, "utf8")).replace(/^(\/\/.*\n)+/, "").replace('import "./jest-globals.js";\n', ""),
    ),
  );
  const shown = [...guide.matchAll(/^```[jt]s\n(.*?)^```$/gms)].map(([, code]) => code);
  expect(new Set(shown)).toEqual(new Set(texts));
});

const rows = new Map([...guide.matchAll(/^\| `([a-z-]+)` +\| (.*)$/gm)].map(([, name, row]) => [name!, row!]));

test("the guide's tables have every fault with its options, and what every fault has", async () => {
  await using server = await startTestServer();
  for (const fault of FAULT_KINDS) {
    let problem = "";
    try {
      server.inject({ fault, unknown: 1 } as unknown as Fault);
    } catch (error) {
      problem = String(error);
    }
    const options = problem.split("; it has ")[1]?.split(", ") ?? [];
    expect(options.slice(0, 8)).toEqual(["on", "params", "status", "state", "secure", "session", "nth", "times"]);
    const row = rows.get(fault);
    expect(row, fault).toBeDefined();
    const described = row!.includes("as `stall`") ? rows.get("stall")! : row!;
    for (const option of options.slice(8)) {
      expect(
        described.match(/`[^`]+`/g)?.some((code) => code.slice(1).startsWith(option)),
        `${fault}: ${option}`,
      ).toBe(true);
    }
    for (const option of options.slice(0, 8)) expect(rows.has(option), option).toBe(true);
  }
});

test("the guide's table has every scenario and no other", () => {
  const [, section = ""] = /^## Scenarios\n(.*?)^## /ms.exec(guide) ?? [];
  const named = [...section.matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name);
  expect(new Set(named)).toEqual(new Set(SCENARIOS.map(({ name }) => name)));
});
