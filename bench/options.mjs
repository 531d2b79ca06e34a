// What both runners do with their command lines and say beside their figures. Knows no load and nobody under test.
// A wrong option is a `TypeError`: the runner then prints its usage.
import process from "node:process";

/** A list by names. @template {{ readonly name: string }} T @param {readonly T[]} all @param {string | undefined} names @returns {readonly T[]} */
export function chosen(all, names) {
  if (names === undefined) return all;
  return names.split(",").map((wanted) => {
    const found = all.find(({ name }) => name === wanted);
    if (found === undefined)
      throw new TypeError(`there is no ${wanted}: choose from ${all.map(({ name }) => name).join(", ")}`);
    return found;
  });
}

/** @param {string} option @param {string} value @returns {number} */
export function positive(option, value) {
  const number = Number(value);
  if (!(number > 0 && number <= 60)) throw new TypeError(`--${option}: write a number from 1 to 60`);
  return number;
}

/** Progress, apart from the figures. @param {string} text */
export function say(text) {
  process.stderr.write(`${text}\n`);
}

/** Says which server and which load an error is about. @template T @param {string} subject @param {Promise<T>} work @returns {Promise<T>} */
export async function about(subject, work) {
  try {
    return await work;
  } catch (error) {
    throw new Error(`${subject}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/**
 * Reads the command line and runs; `--help` and wrong options end in the usage.
 *
 * @template {{ readonly help: boolean }} How
 * @param {string} usage
 * @param {() => How} options
 * @param {(how: How) => Promise<void>} run
 */
export async function start(usage, options, run) {
  try {
    const how = options();
    if (how.help) process.stdout.write(usage);
    else await run(how);
  } catch (error) {
    say(error instanceof TypeError ? `${error.message}\n\n${usage}` : String(error));
    process.exitCode = 2;
  }
}
