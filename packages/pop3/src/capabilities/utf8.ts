// UTF8: messages, names and passwords in UTF-8 (RFC 6856 §2), and the response code for a message that needs it (§5).
// Makes no surrogate: `server/surrogate-body.ts` does, and `server/transaction.ts` shows it to sessions that are not in UTF-8 mode.
import { type ArgumentGrammar, type Capability, type ClientCapability, declared } from "../contracts/capability.js";
import type { CommandSpec } from "../contracts/command.js";
import type { ResponseCode } from "../contracts/response-code.js";
import { say } from "../contracts/sentence.js";
import { none } from "../protocol/params.js";

/** The argument of a UTF8 line. */
export interface Utf8Support {
  /** The token USER: names and passwords may be UTF-8 too. */
  readonly user: boolean;
}

const argument: ArgumentGrammar<Utf8Support> = {
  text: "USER, where the server takes UTF-8 user names and passwords; else none",
  parse(params) {
    const [token, ...more] = params;
    if (token === undefined) return { value: { user: false } };
    if (token.toUpperCase() !== "USER" || more.length > 0) return { problem: "nothing but USER is expected" };
    return { value: { user: true } };
  },
  format: ({ user }) => (user ? ["USER"] : []),
  meaning({ user }) {
    const messages = "The UTF8 command has messages come as they are, UTF-8 in their headers included";
    return user ? `${messages}; names and passwords may be UTF-8.` : `${messages}.`;
  },
};

export const utf8Command: CommandSpec<null> = {
  keyword: "UTF8",
  params: none,
  validIn: ["AUTHORIZATION"],
  reply: "single",
  serve(context) {
    if (context.view.utf8) return { status: "+OK", text: say("UTF-8 mode is on already") };
    context.enterUtf8();
    return { status: "+OK", text: say("UTF-8 from here on") };
  },
};

const needsUtf8: ResponseCode = {
  code: "UTF8",
  validFor: ["-ERR"],
  commands: ["LIST", "TOP", "RETR"],
  meaning: "What was asked for holds UTF-8 text, and the session is not in UTF-8 mode.",
  clientBehavior: "Ask again in a session that entered UTF-8 mode with the UTF8 command before login.",
  reference: ["RFC 6856"],
  registered: "2013-03",
  cause: "needs-utf8",
  example: `
    C: USER ann
    S: +OK*
    C: PASS secret
    S: +OK*
    C: LIST 1
    S: -ERR [UTF8] message 1 needs UTF-8*
    C: RETR 1
    S: -ERR [UTF8] message 1 needs UTF-8*
    C: TOP 1 0
    S: -ERR [UTF8] message 1 needs UTF-8*`,
};

export const utf8Client: ClientCapability<Utf8Support> = {
  tag: "UTF8",
  argument,
  commands: [utf8Command],
  announced: { in: "both", differs: false },
  responseCodes: [needsUtf8],
};

export const utf8: Capability<Utf8Support> = /* @__PURE__ */ declared(utf8Client, {
  name: "utf8",
  registration: { date: "2013-03" },
  affects: ["USER", "PASS", "APOP", "LIST", "TOP", "RETR"],
  reference: ["RFC 6856"],
  definedIn: "RFC 6856 §2",
  discussion:
    "The UTF8 command switches the session to UTF-8 mode: messages then come as they are, UTF-8 in their headers included. Outside that mode a " +
    "server sends a surrogate of such a message or refuses it. With the argument USER, names and passwords may be UTF-8 as well, even before the " +
    "command. A client does not start TLS after it.",
  checks: [
    {
      id: "utf8-not-after-login",
      level: "MUST",
      reference: "RFC 6856 §2",
      title: "UTF8 is a command of the AUTHORIZATION state.",
      remedy: "Refuse UTF8 once a login has succeeded.",
      given: "TRANSACTION",
      dialog: `
        C: UTF8
        S: -ERR*`,
    },
    {
      id: "utf8-no-parameters",
      level: "MUST",
      reference: "RFC 6856 §2.1",
      title: "UTF8 takes no parameters.",
      remedy: "Refuse UTF8 with a parameter.",
      given: "AUTHORIZATION",
      dialog: `
        C: UTF8 USER
        S: -ERR*`,
    },
  ],
  available: () => true,
  permitsUtf8Params: ({ utf8Names }) => utf8Names,
  afterLogin(transaction, view) {
    if (!view.utf8) transaction.withholdUtf8();
  },
  value: ({ utf8Names }) => ({ user: utf8Names }),
});
