// One case of a contract suite: a name and a function that throws where the contract is broken. Knows no test runner.
// `authenticator-suite.ts` and `maildrop-suite.ts` are lists of these; what they are about is not known here.

/** Run it with any runner: `for (const c of cases) test(c.name, c.run)`. */
export interface ContractCase {
  readonly name: string;
  /** Rejects with an `AssertionError` of `node:assert` where the contract is broken. */
  run(): Promise<void>;
}
