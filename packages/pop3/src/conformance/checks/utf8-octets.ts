// Whether octets are UTF-8, as a server has sent them: for the checks of `lang.ts` and `utf8.ts`.
// What they stand for is not looked at.
import { octetsOf } from "../../protocol/octets.js";

/** `line` has one character an octet. */
export function isUtf8(line: string): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(octetsOf(line));
    return true;
  } catch {
    return false;
  }
}
