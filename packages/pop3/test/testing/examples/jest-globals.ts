// Vitest's `test` and `expect` as the globals that Jest has. For the example beside this file alone.
// What is here is what an example may use.
import * as vitest from "vitest";

declare global {
  var test: typeof vitest.test;
  var expect: typeof vitest.expect;
  var beforeEach: typeof vitest.beforeEach;
  var afterEach: typeof vitest.afterEach;
}

const { test, expect, beforeEach, afterEach } = vitest;
Object.assign(globalThis, { test, expect, beforeEach, afterEach });
