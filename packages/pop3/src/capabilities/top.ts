// TOP: the header and the first lines of a message's body (RFC 1939 §7, RFC 2449 §6.1).
// Where the top ends is found by `protocol/top.ts`; which message a number means is decided in `server/transaction.ts`.
import { type Capability, type ClientCapability, declared } from "../contracts/capability.js";
import type { CommandSpec } from "../contracts/command.js";
import type { Reply } from "../contracts/reply.js";
import { say } from "../contracts/sentence.js";
import { messageAndLines, type MessageAndLines } from "../protocol/params.js";
import { noArgument } from "../protocol/argument.js";

export const topCommand: CommandSpec<MessageAndLines> = {
  keyword: "TOP",
  params: messageAndLines,
  validIn: ["TRANSACTION"],
  reply: "multi",
  serve({ transaction }, { number, lines }) {
    const message = transaction.readable(number);
    if (typeof message === "object") return message;
    const text = say("top of message follows");
    const body = transaction.top(message, lines);
    return body instanceof Promise
      ? body.then((read): Reply => ({ status: "+OK", text, body: read }))
      : { status: "+OK", text, body };
  },
};

export const topClient: ClientCapability = {
  tag: "TOP",
  argument: noArgument,
  commands: [topCommand],
  announced: { in: "both", differs: false },
};

export const top: Capability = /* @__PURE__ */ declared(topClient, {
  name: "top",
  registration: { date: "1998-11" },
  affects: "none",
  reference: ["RFC 2449", "RFC 1939"],
  definedIn: "RFC 2449 §6.1",
  discussion:
    "The optional TOP command is available: it sends a message's header, the empty line behind it and as many lines of the body as asked for, " +
    "so that a client can show what waits without fetching it.",
  checks: [
    {
      id: "top-zero-lines",
      level: "MUST",
      reference: "RFC 1939 §7",
      title: "TOP with 0 lines sends the header and the empty line, and nothing of the body.",
      remedy: "End the answer to TOP with 0 lines behind the empty line that ends the header.",
      effect: "retrieves",
      given: "TRANSACTION",
      dialog: `
        C: TOP 1 0
        S: +OK*
        S: ...
        S:
        S: .`,
    },
    {
      id: "top-more-than-all",
      level: "MUST",
      reference: "RFC 1939 §7",
      title: "TOP with more lines than there are sends the whole message.",
      remedy: "Send the whole message where more lines are asked for than it has.",
      effect: "retrieves",
      given: "TRANSACTION",
      dialog: `
        C: TOP 1 99999999
        S: +OK*
        S: ...
        S: .`,
    },
    {
      id: "top-needs-both",
      level: "MUST",
      reference: "RFC 1939 §7",
      title: "TOP needs a message number and a non-negative count of lines.",
      remedy: "Refuse TOP without a count of lines, with a negative one, and for a message that is not there.",
      given: "TRANSACTION",
      dialog: `
        C: TOP 1
        S: -ERR*
        C: TOP 1 -1
        S: -ERR*
        C: TOP 0 1
        S: -ERR*`,
    },
  ],
  available: () => true,
  value: () => undefined,
});
