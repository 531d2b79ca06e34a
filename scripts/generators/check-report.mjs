// The JSON Schema of what `postern check --json` prints, from the one schema in the built package.
// The schema is written in packages/postern/src/reports/schema.ts.
import { URL } from "node:url";

const schemaModule = new URL("../../packages/postern/dist/reports/schema.js", import.meta.url).href;

/** packages/postern/check-report.schema.json */
export async function checkReportSchema() {
  const { checkReportJsonSchema } = await import(schemaModule);
  const { $schema, ...rest } = checkReportJsonSchema();
  return JSON.stringify({ $schema, title: "What postern check found", ...rest });
}
