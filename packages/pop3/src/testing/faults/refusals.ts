// Faults that answer something else: a refusal with its response code (RFC 2449 §8, RFC 3206, RFC 6856), any reply, or what a function says.
// Knows no command; what a response code means is declared. `answer` is the short way to write one in code.
import { standard } from "../../capabilities/index.js";
import { Declarations } from "../../registry/declarations.js";
import { asOctets, type Exchange, type Played } from "../engine/exchange.js";
import type { Target } from "../engine/fault-book.js";
import {
  faultKind,
  functionRule,
  lineText,
  needed,
  octetsText,
  responseCode,
  yes,
  type FaultKind,
  type FaultOf,
} from "./kind.js";
import { multiLineOf, wireOf } from "./reply-text.js";

/**
 * `-ERR`, with the response code `code` (LOGIN-DELAY, IN-USE, SYS/TEMP, SYS/PERM, AUTH, UTF8 or any other) and with `text`; where that is
 * absent, what the code means. The command is not carried out. A client acts by the code, and shows the text.
 */
export interface RefusedFault extends FaultOf<"refused"> {
  readonly code?: string;
  readonly text?: string;
}

/**
 * Another reply. `text` is its first line; the body of an honest multi-line reply stays, unless the text is no `+OK`. `whole` is all of it,
 * line ends and terminator included. One of the two is needed. The command is carried out (`carriedOut`) if the reply begins with `+OK`.
 */
export interface ReplyFault extends FaultOf<"reply"> {
  readonly text?: string;
  readonly whole?: string;
  readonly carriedOut?: boolean;
}

/**
 * What a function makes of the exchange: octets, steps, or null for the honest reply. It is asked once the command was carried out, or
 * in its place with `carriedOut: false`. In code only.
 */
export interface CustomFault extends FaultOf<"custom"> {
  readonly play: (exchange: Exchange) => Played;
  readonly carriedOut?: boolean;
}

const codes = new Declarations(standard);

function refusal({ code, text }: RefusedFault): string {
  const coded = code === undefined ? "" : `[${code}] `;
  const meaning = code === undefined ? undefined : codes.responseCode(code)?.meaning;
  return `-ERR ${coded}${text ?? meaning ?? "refused"}\r\n`;
}

function otherFirstLine(honest: string, text: string): string {
  const reply = multiLineOf(honest);
  return reply === null || !text.startsWith("+OK") ? `${text}\r\n` : wireOf({ ...reply, first: text });
}

/**
 * A fault that answers these commands so: a line (its CRLF is added), octets as they are, or a function of the exchange. A line that does
 * not begin with `+OK` is answered in the place of the command, which is not carried out.
 */
export function answer(
  on: Target,
  reply: string | Uint8Array | ((exchange: Exchange) => Played),
): ReplyFault | CustomFault {
  if (typeof reply === "function") return { fault: "custom", on, play: reply };
  if (typeof reply === "string" && !/[\r\n]/.test(reply)) return { fault: "reply", on, text: reply };
  const octets = asOctets(reply);
  return { fault: "custom", on, play: () => octets };
}

export const refusals: Readonly<Record<"refused" | "reply" | "custom", FaultKind>> = {
  refused: faultKind<RefusedFault>("*", { code: responseCode, text: lineText }, (fault) => ({
    carriedOut: false,
    play: () => refusal(fault),
  })),
  reply: faultKind<ReplyFault>("*", { text: lineText, whole: octetsText, carriedOut: yes }, (fault) => {
    const { text, whole } = fault;
    if ((text === undefined) === (whole === undefined)) {
      throw new TypeError('the fault "reply" needs either `text`, the first line, or `whole`, the whole reply');
    }
    return {
      carriedOut: fault.carriedOut ?? (text ?? whole ?? "").startsWith("+OK"),
      play: (exchange) => whole ?? otherFirstLine(exchange.text, text ?? ""),
    };
  }),
  custom: faultKind<CustomFault>("*", { play: needed(functionRule), carriedOut: yes }, (fault) => ({
    carriedOut: fault.carriedOut ?? true,
    play: (exchange) => fault.play(exchange),
  })),
};
