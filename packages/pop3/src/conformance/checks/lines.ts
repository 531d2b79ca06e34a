// Lines that came beside lines that were due: where they differ, as a finding says it, and which response code one carries.
// Pure text. What is compared with what is for the checks.

import type { Answer } from "../conversation.js";

const SHOWN_CHARACTERS = 60;

/** Where the first difference is, or null where there is none. */
export function difference(due: readonly string[], came: readonly string[]): string | null {
  const at = Array.from({ length: Math.max(due.length, came.length) }, (_, index) => index).find(
    (index) => due[index] !== came[index],
  );
  if (at === undefined) return null;
  return `line ${at + 1} is ${shown(came[at])}, and ${shown(due[at])} was due`;
}

/** A line in quotes, cut where it is long. */
export function shown(line: string | undefined): string {
  if (line === undefined) return "missing";
  return JSON.stringify(line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)}…` : line);
}

/** Whether an answer carries this response code, perhaps with more detail (RFC 2449 §8). */
export function refusedBy({ code }: Answer, wanted: string): boolean {
  return code?.toUpperCase().split("/")[0] === wanted;
}

/** The first number that was there before; listings may be long. */
export function repeated(numbers: readonly number[]): number | undefined {
  const seen = new Set<number>();
  return numbers.find((number) => seen.size === seen.add(number).size);
}
