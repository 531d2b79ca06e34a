// One line of the answer to CAPA: a tag and its parameters (RFC 2449 §3 and §5). Which tags exist is not known here.
// Which lines a session gets is for `registry/registry.ts`; `registry/rules.ts` judges new tags by the grammar here.
import type { Parsed } from "../contracts/command.js";
import { REPLY_OCTETS } from "./reply.js";

/** A capability line taken apart; the tag as it was sent. Tags are compared without regard to case (RFC 2449 §5). */
export interface CapabilityLine {
  readonly tag: string;
  readonly params: readonly string[];
}

/** `capa-tag = 1*cchar`: printable ASCII without `.` (RFC 2449 §3). */
export function isCapabilityTag(text: string): boolean {
  return /^[!-\-/-~]+$/.test(text);
}

/** The line without CRLF. Throws a `RangeError` for what the grammar or the limit of 512 octets does not allow. */
export function formatCapabilityLine(tag: string, params: readonly string[]): string {
  if (!isCapabilityTag(tag)) throw new RangeError(`${JSON.stringify(tag)} is no capability tag (RFC 2449 §3)`);
  const bad = params.find((param) => !/^[!-~]+$/.test(param));
  if (bad !== undefined) {
    throw new RangeError(
      `${tag}: ${JSON.stringify(bad)} is no parameter: one or more printable ASCII characters (RFC 2449 §3)`,
    );
  }
  const line = [tag, ...params].join(" ");
  if (line.length > REPLY_OCTETS - 2)
    throw new RangeError(`${tag}: a capability line is limited to ${REPLY_OCTETS} octets (RFC 2449 §5)`);
  return line;
}

/** Reads a capability line without its line end. Runs of spaces are forgiven: servers in the wild send them. */
export function parseCapabilityLine(line: string): Parsed<CapabilityLine> {
  const [tag = "", ...params] = line.split(" ").filter((part) => part !== "");
  if (!isCapabilityTag(tag)) return { problem: "a capability line begins with a tag" };
  return { value: { tag, params } };
}
