// The versions of this repository's packages, for the clients that are in it.
// Knows no client.
import { readFileSync } from "node:fs";

export function ownVersion(packageFolder: "pop3" | "postern"): string {
  const url = new URL(`../../../../${packageFolder}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(url, "utf8")) as { version: string }).version;
}
