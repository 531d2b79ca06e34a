// The reporter that ends every test run with one line of figures: `N passed, N failed, N skipped`.
// It also says which tests were skipped and why, so that a run which proves little cannot look like one that proves much.
// CI reads the last line; nothing may be printed after it.
import process from "node:process";
import type { Reporter, TestModule, TestSuite } from "vitest/node";

export class ClosingLine implements Reporter {
  #closing: string | null = null;

  onInit(): void {
    // At exit, because other reporters and the runner itself may print after the run has ended.
    process.once("exit", () => {
      if (this.#closing !== null) process.stdout.write(this.#closing);
    });
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    let passed = 0;
    let failed = unhandledErrors.length;
    const skipped: string[] = [];
    for (const module of modules) {
      // A file that does not load, or a hook that throws, fails without any test case of its own.
      failed += brokenSuites(module);
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === "passed") passed += 1;
        else if (result.state === "skipped") skipped.push(skippedLine(module, test.fullName, result.note));
        else failed += 1;
      }
    }
    if (passed === 0 || failed > 0) process.exitCode = 1;
    this.#closing = [...skipped, `${passed} passed, ${failed} failed, ${skipped.length} skipped`, ""].join("\n");
  }
}

function brokenSuites(module: TestModule): number {
  const suites: readonly (TestModule | TestSuite)[] = [module, ...module.children.allSuites()];
  return suites.filter((suite) => suite.errors().length > 0).length;
}

function skippedLine(module: TestModule, name: string, reason: string | undefined): string {
  return `skipped: ${module.relativeModuleId} > ${name}: ${reason ?? "no reason given"}`;
}
