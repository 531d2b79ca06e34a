// Faults in what CAPA lists: lines that are not true, and lists that are not well formed (RFC 2449 §5).
// What the server really does stays as it is. Knows no tag.
import { capaCommand } from "../../capabilities/capa.js";
import { multiLineOf, wireOf } from "./reply-text.js";
import { faultKind, lines, oneOf, type FaultKind, type FaultOf } from "./kind.js";

/**
 * CAPA lists something else: `replace` is the whole list, `remove` takes out the lines of these tags, `add` puts lines behind them; a tag
 * may be listed twice so. `malformed` is "no-terminator" (the list never ends), "bad-tags" (lines that break the grammar) or "over-long-line"
 * (more than the 512 octets of RFC 2449 §4). A client uses what it can read, and does without what fails.
 */
export interface CapabilitiesFault extends FaultOf<"capabilities"> {
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
  readonly replace?: readonly string[];
  readonly malformed?: "no-terminator" | "bad-tags" | "over-long-line";
}

/** What no capability line is: empty, beginning with a space, with a tag that begins with a dot or holds a control character. */
const BAD_TAGS: readonly string[] = ["", " LEADING-SPACE", "..DOTTED", "TAB\tBED", "\x01", "EIGHT\xffBIT"];

const OVER_LONG = `X-LONG ${"x".repeat(4096)}`;

function listing(text: string, fault: CapabilitiesFault): string | null {
  const reply = multiLineOf(text);
  if (reply === null) return null;
  const removed = new Set(fault.remove?.map((tag) => tag.toUpperCase()));
  const kept = fault.replace ?? reply.body.filter((line) => !removed.has(line.split(" ")[0]!.toUpperCase()));
  const body = [...kept, ...(fault.add ?? [])];
  if (fault.malformed === "bad-tags") body.push(...BAD_TAGS);
  if (fault.malformed === "over-long-line") body.push(OVER_LONG);
  const whole = wireOf({ ...reply, body });
  return fault.malformed === "no-terminator" ? whole.slice(0, -".\r\n".length) : whole;
}

export const capabilityList: Readonly<Record<"capabilities", FaultKind>> = {
  capabilities: faultKind<CapabilitiesFault>(
    capaCommand.keyword,
    {
      add: lines,
      remove: lines,
      replace: lines,
      malformed: oneOf("no-terminator", "bad-tags", "over-long-line"),
    },
    (fault) => ({ play: ({ text }) => listing(text, fault) }),
  ),
};
