// The version of this program, read from its package.
// Written in package.json and nowhere else; src/cli and dist/cli have to lie equally deep, because both find it by one path.
import { readFileSync } from "node:fs";

/** `1.2.3`. */
export const version: string = (
  JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string }
).version;
