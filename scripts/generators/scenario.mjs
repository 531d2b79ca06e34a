// The JSON Schema of a scenario file of `postern testserver`, from the one schema in the built package.
// The schema is written in packages/postern/src/config/scenario-file.ts.
import { URL } from "node:url";

const schemaModule = new URL("../../packages/postern/dist/config/scenario-file.js", import.meta.url).href;

/** packages/postern/scenario.schema.json */
export async function scenarioSchema() {
  const { scenarioJsonSchema } = await import(schemaModule);
  const { $schema, ...rest } = scenarioJsonSchema();
  return JSON.stringify({ $schema, title: "A scenario of postern testserver", ...rest });
}
