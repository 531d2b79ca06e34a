// The flat list of keys: complete, unambiguous as variables, and each one explained.
import { expect, test } from "vitest";
import { configJsonSchema, configKeys } from "../../src/config/keys.js";
import { loadConfig } from "../../src/config/load.js";

test("every key has a variable of its own and an explanation that is a sentence", () => {
  expect(configKeys.length).toBeGreaterThan(10);
  expect(new Set(configKeys.map(({ variable }) => variable)).size).toBe(configKeys.length);
  for (const { path, description } of configKeys) expect(description, path).toMatch(/^[A-Z].+\.$/s);
});

test("every default is a value that may be written", () => {
  for (const { path, fallback } of configKeys) {
    if (fallback !== undefined)
      expect(() => loadConfig({ cwd: "/", env: {}, flags: { [path]: fallback } }), path).not.toThrow();
  }
});

test("numbers and booleans can be written in the environment", () => {
  for (const { variable, kind, fallback } of configKeys) {
    if (kind !== "number" && kind !== "boolean") continue;
    expect(() => loadConfig({ cwd: "/", env: { [variable]: String(fallback) } }), variable).not.toThrow();
    expect(() => loadConfig({ cwd: "/", env: { [variable]: "some" } }), variable).toThrow(`${variable}: write`);
  }
});

test("the JSON Schema refuses unknown keys at every level", () => {
  expect(configJsonSchema()).toMatchObject({
    additionalProperties: false,
    properties: { limits: { additionalProperties: false }, deadlines: { additionalProperties: false } },
  });
});
