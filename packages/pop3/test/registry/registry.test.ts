// The registry at run time: refusals in order, CAPA per state, codes only where they may be sent.
import { noArgument, none, Registry, standard, type Capability } from "@postern/pop3";
import { describe, expect, test } from "vitest";
import { inside, outside as view } from "../support/view.js";

/** What to send behind a keyword whose parameters read so. */
const PARAMETERS: Readonly<Record<string, string>> = { "": "", "[msg]": "", msg: " 1", "msg n": " 1 0" };
const LONG_LINE = "x".repeat(250);

describe("what a line means", () => {
  const registry = new Registry(standard);

  test.each([
    ["", "malformed", null],
    ["RETR 1", "wrong-state", "RETR"],
    ["RETR nonsense", "wrong-state", "RETR"],
    ["USER ann", "unavailable", "USER"],
    ["CAPA x", "malformed", "CAPA"],
    ["AUTH PLAIN", "unavailable", "AUTH"],
    ["APOP a b", "unavailable", "APOP"],
    [`CAPA ${LONG_LINE}`, "malformed", "CAPA"],
    ["ZZZZ", "unknown", null],
  ])("%j before login: %s", (line, refusal, keyword) => {
    expect(registry.resolve(line, view)).toMatchObject({ refusal, keyword });
  });

  test.each([
    ["retr 7", 7],
    ["Top 1 0", { number: 1, lines: 0 }],
    ["LIST", null],
    ["QUIT", null],
  ])("%j after login is served", (line, params) =>
    expect(registry.resolve(line, inside)).toMatchObject({ params, hooks: [] }),
  );

  test("a refusal never repeats what the peer sent", () => {
    for (const line of ["HACK me", "RETR me", "USER hackme", "STAT hackme"]) {
      for (const state of [view, inside])
        expect(JSON.stringify(registry.resolve(line, state))).not.toMatch(/hack|me"/i);
    }
  });
});

describe("CAPA", () => {
  const registry = new Registry(standard);

  test("says of each session what is true of it", () => {
    expect(registry.capabilityLines(view)).toContain("STLS");
    expect(registry.capabilityLines(view)).not.toContain("USER");
    expect(registry.capabilityLines({ ...view, passwordLogin: true })).toContain("USER");
    expect(registry.capabilityLines(inside)).toContain("USER");
    expect(registry.capabilityLines(inside)).not.toContain("STLS");
    expect(registry.capabilityLines({ ...view, implementation: null }).join()).not.toContain("IMPLEMENTATION");
  });

  test("what is announced is accepted and what is not is refused, by the same question", () => {
    for (const session of [
      view,
      inside,
      { ...view, canStartTls: false },
      { ...inside, state: "AUTHORIZATION" as const },
    ]) {
      const announced = registry.capabilityLines(session).map((line) => line.split(" ")[0]);
      for (const { tag, commands } of standard) {
        for (const { keyword, validIn, params } of tag === null ? [] : commands) {
          if (!validIn.includes(session.state)) continue;
          const rest = PARAMETERS[params.text] ?? " x";
          const served = "spec" in registry.resolve(`${keyword}${rest}`, session);
          expect(served, `${keyword} in ${JSON.stringify(session)}`).toBe(announced.includes(tag!));
        }
      }
    }
  });
});

describe("response codes", () => {
  const registry = new Registry(standard);

  test("follow from the cause, where the code is valid for the command", () => {
    expect(registry.codeFor("in-use", "PASS", view)).toBe("IN-USE");
    expect(registry.codeFor("in-use", "RETR", inside)).toBeNull();
    expect(registry.codeFor("temporary", "RETR", inside)).toBe("SYS/TEMP");
    expect(registry.codeFor("permanent", null, inside)).toBe("SYS/PERM");
    expect(registry.codeFor("in-use", null, view)).toBeNull();
    expect(registry.codeFor(undefined, "PASS", view)).toBeNull();
    expect(registry.codeFor("credentials", "PASS", view)).toBe("AUTH");
    expect(registry.codeFor("credentials", "RETR", inside)).toBeNull();
    // Where its capability is not served, a code stays unsaid.
    const without = new Registry(standard, { enabled: ["USER", "RESP-CODES"] });
    expect(without.codeFor("credentials", "PASS", view)).toBeNull();
  });

  test("are silent where RESP-CODES is not served", () => {
    const silent = new Registry(standard, { enabled: ["USER", "UIDL"] });
    expect(silent.codeFor("temporary", "RETR", inside)).toBeNull();
  });

  test("are found by their longest known prefix", () => {
    expect(registry.responseCode("sys/temp/disk-full")?.code).toBe("SYS/TEMP");
    expect(registry.responseCode("LOGIN-DELAY")?.code).toBe("LOGIN-DELAY");
    expect(registry.responseCode("NOVELTY")).toBeUndefined();
  });
});

test("the line limit is the largest that a served capability asks for, and counts for its own commands", () => {
  const long: Capability = {
    tag: "X-LONG",
    name: "x-long",
    registration: null,
    argument: noArgument,
    commands: [
      {
        keyword: "XLNG",
        params: none,
        validIn: ["TRANSACTION"],
        reply: "single",
        serve: () => ({ status: "+OK", text: "" }),
      },
    ],
    affects: "none",
    announced: { in: "both", differs: false },
    reference: ["https://example.org/x-long"],
    discussion: "Takes long lines.",
    limits: { commandOctets: 4000 },
    checks: [],
    available: () => true,
    value: () => undefined,
  };
  const enabled = ["TOP", "X-LONG"];
  expect(new Registry([...standard, long], { enabled: ["TOP"] }).commandOctets).toBe(255);
  const registry = new Registry([...standard, long], { enabled });
  expect(registry.commandOctets).toBe(4000);
  expect(registry.resolve(`TOP 1 ${"0".repeat(300)}`, inside)).toMatchObject({ refusal: "malformed" });
  expect(registry.resolve(`TOP 1 ${"0".repeat(200)}`, inside)).toHaveProperty("spec");
  // A bearer token of 16 KiB fits an AUTH line.
  expect(new Registry(standard).commandOctets).toBeGreaterThan((16_384 * 4) / 3);
});
