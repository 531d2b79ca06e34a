// The error of a configuration that cannot be used. Apart from the schema, so that whoever reports it loads no more.
// `layers.ts` and `load.ts` find the problems and word them; `cli/program.ts` prints them. Knows no key.

/** Every problem, with the place where it was written and what to write instead. */
export class ConfigProblem extends Error {
  override readonly name = "ConfigProblem";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}
