// The commands of every POP3 server (RFC 1939 §4 to §6). They have no capability tag: CAPA does not list them.
// Knows no socket and no store: a number becomes a message in `server/transaction.ts`; unknown commands are refused in `registry/`.
import { type Capability, type ClientCapability, declared } from "../contracts/capability.js";
import type { Check } from "../contracts/check.js";
import type { CommandSpec } from "../contracts/command.js";
import type { Reply } from "../contracts/reply.js";
import { MaildropFailure } from "../contracts/errors.js";
import { say, type Said } from "../contracts/sentence.js";
import type { Transaction } from "../contracts/transaction.js";
import { messageNumber, none, optionalMessageNumber } from "../protocol/params.js";
import { noArgument } from "../protocol/argument.js";

const OK: Reply = { status: "+OK", text: "" };

export const stat: CommandSpec<null> = {
  keyword: "STAT",
  params: none,
  validIn: ["TRANSACTION"],
  reply: "single",
  serve: ({ transaction }) => ({ status: "+OK", text: `${transaction.count} ${transaction.octets}` }),
};

export const list: CommandSpec<number | null> = {
  keyword: "LIST",
  params: optionalMessageNumber,
  validIn: ["TRANSACTION"],
  reply: "multi-if-bare",
  serve({ transaction }, number) {
    if (number === null) {
      return { status: "+OK", text: summary(transaction), body: transaction.scanListing() };
    }
    const message = transaction.readable(number);
    if (typeof message === "object") return message;
    return { status: "+OK", text: `${message} ${transaction.octetsOf(message)}` };
  },
};

export const retr: CommandSpec<number> = {
  keyword: "RETR",
  params: messageNumber,
  validIn: ["TRANSACTION"],
  reply: "multi",
  serve({ transaction }, number) {
    const message = transaction.readable(number);
    if (typeof message === "object") return message;
    const text = say("{octets} octets", { octets: transaction.octetsOf(message) });
    const sent = (): void => transaction.markRetrieved(message);
    const body = transaction.read(message);
    return body instanceof Promise
      ? body.then((read): Reply => ({ status: "+OK", text, body: read, sent }))
      : { status: "+OK", text, body, sent };
  },
};

export const dele: CommandSpec<number> = {
  keyword: "DELE",
  params: messageNumber,
  validIn: ["TRANSACTION"],
  reply: "single",
  serve({ transaction }, number) {
    const message = transaction.message(number);
    if (typeof message === "object") return message;
    transaction.markDeleted(message);
    return {
      status: "+OK",
      text: say("message {number} will be deleted at the end of the session", { number: message }),
    };
  },
};

export const noop: CommandSpec<null> = {
  keyword: "NOOP",
  params: none,
  validIn: ["TRANSACTION"],
  reply: "single",
  serve: () => OK,
};

export const rset: CommandSpec<null> = {
  keyword: "RSET",
  params: none,
  validIn: ["TRANSACTION"],
  reply: "single",
  serve({ transaction }) {
    transaction.reset();
    return { status: "+OK", text: summary(transaction) };
  },
};

export const quit: CommandSpec<null> = {
  keyword: "QUIT",
  params: none,
  validIn: ["AUTHORIZATION", "TRANSACTION"],
  reply: "single",
  endsPipeline: true,
  serve(context) {
    const bye: Reply = { status: "+OK", text: say("bye"), afterwards: "close" };
    if (context.view.state === "AUTHORIZATION") return bye;
    // The answer waits for the deletion: a client may forget a message only once it is gone here (RFC 1939 §6).
    try {
      const committed = context.transaction.commit();
      return committed instanceof Promise ? committed.then(() => bye, notDeleted) : bye;
    } catch (error) {
      return notDeleted(error);
    }
  },
};

function notDeleted(error: unknown): Reply {
  const text = say("the deletion failed; messages marked as deleted may still be there");
  return {
    status: "-ERR",
    text,
    cause: error instanceof MaildropFailure && error.kind === "permanent" ? "permanent" : "temporary",
    afterwards: "close",
  };
}

function summary({ count, octets }: Transaction): Said {
  return say("messages: {count}, octets: {octets}", { count, octets });
}

const checks: readonly Check[] = [
  {
    id: "base-stat",
    level: "MUST",
    reference: "RFC 1939 §5",
    title: "STAT answers with the count of messages and their octets, each after a single space.",
    remedy: "Answer STAT with +OK, a space, the number of messages, a space and their octets.",
    given: "TRANSACTION",
    dialog: `
      C: STAT
      S: +OK * *`,
  },
  {
    id: "base-list-one",
    level: "MUST",
    reference: "RFC 1939 §5",
    title: "LIST with a message number answers with one line, the scan listing of that message.",
    remedy: "Answer LIST with a number by +OK, the same number and the octets of that message, on one line.",
    given: "TRANSACTION",
    dialog: `
      C: LIST 1
      S: +OK 1 *`,
  },
  {
    id: "base-list-all",
    level: "MUST",
    reference: "RFC 1939 §5",
    title: "LIST without a number answers with a scan listing for every message.",
    remedy: "Answer LIST by one line for each message and the terminating line.",
    given: "TRANSACTION",
    dialog: `
      C: LIST
      S: +OK*
      S: ...
      S: 1 *
      S: ...
      S: .
      C: LIST
      S: +OK*
      S: ...
      S: 2 *
      S: ...
      S: .`,
  },
  {
    id: "base-retr",
    level: "MUST",
    reference: "RFC 1939 §5",
    title: "RETR sends the message and the terminating line.",
    remedy: "Answer RETR by +OK, the message and the terminating line.",
    effect: "retrieves",
    given: "TRANSACTION",
    dialog: `
      C: RETR 1
      S: +OK*
      S: ...
      S: .`,
  },
  {
    id: "base-dele-rset",
    level: "MUST",
    reference: "RFC 1939 §5",
    title: "A message marked as deleted answers -ERR until RSET takes the mark away; the numbers of the others stay.",
    remedy:
      "Refuse every command that names a message marked as deleted until RSET takes the mark away, and renumber nothing meanwhile.",
    effect: "marks",
    given: "TRANSACTION",
    dialog: `
      C: DELE 1
      S: +OK*
      C: RETR 1
      S: -ERR*
      C: DELE 1
      S: -ERR*
      C: LIST 2
      S: +OK 2 *
      C: RSET
      S: +OK*
      C: LIST 1
      S: +OK 1 *`,
  },
  {
    id: "base-noop",
    level: "MUST",
    reference: "RFC 1939 §5",
    title: "NOOP answers +OK, also in lower case.",
    remedy: "Answer NOOP with +OK, and compare keywords without regard to case.",
    given: "TRANSACTION",
    dialog: `
      C: noop
      S: +OK*`,
  },
  {
    id: "base-number-zero",
    level: "MUST",
    reference: "RFC 1939 §4",
    title: "Messages are numbered from 1: number 0 names no message.",
    remedy: "Refuse the message number 0: messages are numbered from 1.",
    effect: "marks",
    given: "TRANSACTION",
    dialog: `
      C: RETR 0
      S: -ERR*
      C: DELE 0
      S: -ERR*`,
  },
  {
    id: "base-unknown",
    level: "MUST",
    reference: "RFC 1939 §3",
    title: "An unknown command is answered -ERR.",
    remedy: "Answer every command that the server does not know with one line that begins with -ERR.",
    given: "AUTHORIZATION",
    dialog: `
      C: ZZZZ
      S: -ERR*`,
  },
  {
    id: "base-wrong-state",
    level: "MUST",
    reference: "RFC 1939 §3",
    title: "A command in the wrong state is answered -ERR.",
    remedy: "Refuse the commands of the TRANSACTION state until somebody has logged in.",
    given: "AUTHORIZATION",
    dialog: `
      C: STAT
      S: -ERR*
      C: RETR 1
      S: -ERR*`,
  },
];

export const baseClient: ClientCapability = {
  tag: null,
  argument: noArgument,
  commands: [stat, list, retr, dele, noop, rset, quit],
  announced: { in: "both", differs: false },
};

export const base: Capability = /* @__PURE__ */ declared(baseClient, {
  name: "base",
  registration: null,
  affects: "none",
  reference: ["RFC 1939"],
  discussion:
    "The commands that every POP3 server has: the drop and scan listings, retrieval, deletion marks and the end of the session.",
  checks,
  available: () => true,
  value: () => undefined,
});
