// UTF8: messages, names and passwords in UTF-8 (RFC 6856 §2), and the response code for a message that needs it (§5).
// Declared in full; there are no surrogate messages yet, so there is no server behaviour here.
import type { ArgumentGrammar, Capability } from "../contracts/capability.js";
import type { CommandSpec } from "../contracts/command.js";
import type { ResponseCode } from "../contracts/response-code.js";
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
};

const command: CommandSpec<null> = {
  keyword: "UTF8",
  params: none,
  validIn: ["AUTHORIZATION"],
  reply: "single",
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
};

export const utf8: Capability<Utf8Support> = {
  tag: "UTF8",
  name: "utf8",
  registration: { date: "2013-03" },
  argument,
  commands: [command],
  affects: ["USER", "PASS", "APOP", "LIST", "TOP", "RETR"],
  announced: { in: "both", differs: false },
  reference: ["RFC 6856"],
  discussion:
    "The UTF8 command switches the session to UTF-8 mode: messages then come as they are, UTF-8 in their headers included. Outside that mode a " +
    "server sends a surrogate of such a message or refuses it. With the argument USER, names and passwords may be UTF-8 as well, even before the " +
    "command. A client does not start TLS after it.",
  responseCodes: [needsUtf8],
  checks: [],
  value: () => ({ user: false }),
};
