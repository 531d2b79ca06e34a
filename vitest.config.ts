// How the tests of both packages run. Tests import the library by its public doors, which lead to its source here,
// so that a test never passes against an old build.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { ClosingLine } from "./test/closing-line.js";

if (Number.parseInt(process.versions.node, 10) < 24) {
  throw new Error(`The tests need Node 24 and this is ${process.versions.node}: run them through npm (\`npm test\`).`);
}

const pop3 = (door: string): string => fileURLToPath(new URL(`packages/pop3/src/${door}.ts`, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^@postern\/pop3$/, replacement: pop3("index") },
      { find: /^@postern\/pop3\/(client|conformance|server|testing)$/, replacement: pop3("$1/index") },
    ],
  },
  test: {
    include: ["packages/*/test/**/*.test.ts", "test/**/*.test.ts"],
    pool: "forks",
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ["default", new ClosingLine()],
  },
});
