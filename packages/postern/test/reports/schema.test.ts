// The JSON of a report, judged by the published schema through a validator that is not the one that made it.
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { checkReportJson } from "../../src/reports/schema.js";
import { examples, faulty, hostile } from "./example-reports.js";

const published = JSON.parse(
  readFileSync(new URL("../../check-report.schema.json", import.meta.url), "utf8"),
) as Record<string, unknown>;
const validate = new Ajv2020({ strict: true }).compile(published);

test.each(examples)("the report %s fits the schema and comes back as it was", (_, report) => {
  const text = checkReportJson(report);
  const read: unknown = JSON.parse(text);
  validate(read);
  expect(validate.errors ?? []).toEqual([]);
  expect(read).toEqual(report);
});

test("it is indented, ends its last line, and is safe to look at", () => {
  const text = checkReportJson(hostile);
  expect(text).toMatch(/^\{\n {2}"format": 1,\n/);
  expect(text.endsWith("\n}\n")).toBe(true);
  expect(/[^\P{Cc}\n]|[\u200e\u200f\u2028-\u202e\u2066-\u2069]/u.exec(text)).toBeNull();
});

test.each([
  ["another format", { ...faulty, format: 2 }],
  ["no totals", { ...faulty, totals: undefined }],
  ["an unknown mode", { ...faulty, mode: "brutal" }],
  ["a result without an outcome", { ...faulty, results: [{ ...faulty.results[0], outcome: undefined }] }],
])("the schema refuses %s", (_, report) => {
  expect(validate(JSON.parse(JSON.stringify(report)))).toBe(false);
});

test("the schema lets fields be added", () => {
  expect(validate({ ...faulty, weather: "fair", server: { ...faulty.server, owner: "Ann" } })).toBe(true);
});
