// UIDL: unique-ids that last over sessions (RFC 1939 §7, RFC 2449 §6.8).
// Gives out no unique-id: stores do, by the rules in `contracts/maildrop.ts`. The listing is made in `server/listing.ts`.
import { type Capability, type ClientCapability, declared } from "../contracts/capability.js";
import type { CommandSpec } from "../contracts/command.js";
import { say } from "../contracts/sentence.js";
import { optionalMessageNumber } from "../protocol/params.js";
import { noArgument } from "../protocol/argument.js";

export const uidlCommand: CommandSpec<number | null> = {
  keyword: "UIDL",
  params: optionalMessageNumber,
  validIn: ["TRANSACTION"],
  reply: "multi-if-bare",
  serve({ transaction }, number) {
    if (number === null)
      return { status: "+OK", text: say("unique-id listing follows"), body: transaction.uniqueIdListing() };
    const message = transaction.message(number);
    if (typeof message === "object") return message;
    return { status: "+OK", text: `${message} ${transaction.uniqueIdOf(message)}` };
  },
};

export const uidlClient: ClientCapability = {
  tag: "UIDL",
  argument: noArgument,
  commands: [uidlCommand],
  announced: { in: "both", differs: false },
};

export const uidl: Capability = /* @__PURE__ */ declared(uidlClient, {
  name: "uidl",
  registration: { date: "1998-11" },
  affects: "none",
  reference: ["RFC 2449", "RFC 1939"],
  definedIn: "RFC 2449 §6.8",
  discussion:
    "The optional UIDL command is available: it names each message by a unique-id that stays the same from session to session and is never " +
    "given to another message, so that a client can leave mail on the server and fetch only what is new.",
  checks: [
    {
      id: "uidl-all",
      level: "MUST",
      reference: "RFC 1939 §7",
      title: "UIDL without a number lists the unique-id of every message.",
      remedy: "Answer UIDL by a line with number and unique-id for each message, and the terminating line.",
      given: "TRANSACTION",
      dialog: `
        C: UIDL
        S: +OK*
        S: ...
        S: 1 *
        S: ...
        S: .
        C: UIDL
        S: +OK*
        S: ...
        S: 2 *
        S: ...
        S: .`,
    },
    {
      id: "uidl-one",
      level: "MUST",
      reference: "RFC 1939 §7",
      title: "UIDL with a number answers with that number and the unique-id, on one line.",
      remedy: "Answer UIDL with a number by +OK, the number and the unique-id, on one line.",
      given: "TRANSACTION",
      dialog: `
        C: UIDL 2
        S: +OK 2 *`,
    },
    {
      id: "uidl-deleted",
      level: "MUST",
      reference: "RFC 1939 §7",
      title: "A message marked as deleted has no unique-id any more, and nobody moves up.",
      remedy: "Refuse the numbers of messages that are marked as deleted, and renumber nothing.",
      effect: "marks",
      given: "TRANSACTION",
      dialog: `
        C: DELE 1
        S: +OK*
        C: UIDL 1
        S: -ERR*
        C: UIDL 2
        S: +OK 2 *
        C: RSET
        S: +OK*`,
    },
  ],
  available: () => true,
  value: () => undefined,
});
