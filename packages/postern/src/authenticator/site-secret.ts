// The random key of a data directory, for whatever must look the same in all its processes and after a restart.
// It was made with the database (`database/schema.ts`) and never changes. Whoever takes it derives keys for single purposes.
import type { PosternDatabase } from "../database/database.js";

export function siteSecret({ main }: PosternDatabase): Buffer {
  const value = main.prepare("SELECT value FROM site WHERE name = 'secret'").get()?.["value"];
  if (!(value instanceof Uint8Array) || value.length < 32)
    throw new TypeError("the data directory has lost its secret");
  return Buffer.from(value);
}
