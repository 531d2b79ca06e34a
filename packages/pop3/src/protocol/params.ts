// The grammars of command parameters that several commands share (RFC 1939 §3: single SPACE between arguments).
// A declaration picks one; what is wrong with a parameter is a sentence for the reply's text.
import type { ParamGrammar, Parsed } from "../contracts/command.js";
import { say, type ReplyText } from "../contracts/sentence.js";

/** Decimal digits of the longest message number accepted: more than any maildrop has. */
const NUMBER_DIGITS = 10;

/** A non-negative decimal number without sign, or null. What a number cannot hold exactly comes out as a very large one. */
function decimal(text: string): number | null {
  if (text.length === 0) return null;
  let number = 0;
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return null;
    number = number * 10 + digit;
  }
  return number;
}

function parseMessageNumber(text: string): Parsed<number, ReplyText> {
  const number = text.length > NUMBER_DIGITS ? null : decimal(text);
  if (number === null || number === 0) return { problem: say("a message number is a decimal number from 1 up") };
  return { value: number };
}

/** The inverse, for clients. A server that reads `1.5` or `0` as 1 would delete another message than was meant. */
function formatMessageNumber(number: number): string {
  if (Number.isSafeInteger(number) && number > 0) return String(number);
  throw new RangeError(`a message number is a whole number from 1 up, and not ${number}`);
}

/** No parameters. */
export const none: ParamGrammar<null> = {
  text: "",
  parse: (rest) => (rest === null ? NOTHING : { problem: say("no parameters are expected") }),
  format: () => null,
};
const NOTHING: Parsed<null> = { value: null };

/** `msg`: a message number. */
export const messageNumber: ParamGrammar<number> = {
  text: "msg",
  parse: (rest) => (rest === null ? { problem: say("a message number is expected") } : parseMessageNumber(rest)),
  format: formatMessageNumber,
};

/** `[msg]`: a message number, or null for all messages. */
export const optionalMessageNumber: ParamGrammar<number | null> = {
  text: "[msg]",
  parse: (rest) => (rest === null ? NOTHING : parseMessageNumber(rest)),
  format: (number) => (number === null ? null : formatMessageNumber(number)),
};

/** A message number and a count of body lines. */
export interface MessageAndLines {
  readonly number: number;
  readonly lines: number;
}

/** `msg n`: a message number and a non-negative count of lines (RFC 1939 §7, TOP). */
export const messageAndLines: ParamGrammar<MessageAndLines> = {
  text: "msg n",
  parse(rest) {
    const [message, lines, ...more] = rest === null ? [] : rest.split(" ");
    if (message === undefined || lines === undefined || more.length > 0) {
      return { problem: say("a message number and a count of lines are expected") };
    }
    const number = parseMessageNumber(message);
    if ("problem" in number) return number;
    const count = decimal(lines);
    if (count === null) return { problem: say("a count of lines is a decimal number from 0 up") };
    return { value: { number: number.value, lines: Math.min(count, Number.MAX_SAFE_INTEGER) } };
  },
  format({ number, lines }) {
    if (Number.isSafeInteger(lines) && lines >= 0) return `${formatMessageNumber(number)} ${lines}`;
    throw new RangeError(`a count of lines is a whole number from 0 up, and not ${lines}`);
  },
};

/** `name`: one parameter without spaces (RFC 1939 §7, USER). */
export const name: ParamGrammar<string> = {
  text: "name",
  parse(rest) {
    if (rest === null) return { problem: say("a name is expected") };
    if (rest.includes(" ")) return { problem: say("a name holds no spaces") };
    return { value: rest };
  },
  format: (value) => value,
};

/** `string`: the rest of the line as it is, spaces and all (RFC 1939 §7, PASS). */
export const password: ParamGrammar<string> = {
  text: "string",
  parse: (rest) => (rest === null ? { problem: say("a password is expected") } : { value: rest }),
  format: (value) => value,
};
