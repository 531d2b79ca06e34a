// SASL: authentication by a mechanism of the client's choice, with AUTH (RFC 5034, which replaces RFC 2449 §6.3 and RFC 1734).
// Declared in full; the exchange itself is not built yet, so there is no server behaviour here.
import type { ArgumentGrammar, Capability } from "../contracts/capability.js";
import type { CommandSpec, ParamGrammar } from "../contracts/command.js";

/** `sasl-mech = 1*20mech-char` (RFC 4422 §3.1). */
const MECHANISM = /^[A-Z0-9_-]{1,20}$/;

/** `base64 / "="`, padded and without any other character (RFC 5034 §4 and §5). */
const INITIAL_RESPONSE = /^(?:=|(?=.)(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/;

/** The mechanisms a server supports, by name. */
const argument: ArgumentGrammar<readonly string[]> = {
  text: "Supported SASL mechanisms",
  parse(params) {
    if (params.length === 0) return { problem: "at least one mechanism is expected" };
    const mechanisms = params.map((param) => param.toUpperCase());
    if (!mechanisms.every((mechanism) => MECHANISM.test(mechanism))) {
      return { problem: "a mechanism's name is 1 to 20 letters, digits, hyphens or underscores" };
    }
    return { value: mechanisms };
  },
  format: (mechanisms) => mechanisms,
};

/** The parameters of AUTH. */
export interface MechanismChoice {
  /** The mechanism's name in upper case. */
  readonly mechanism: string;
  /** As on the wire: Base64, `=` for an empty one, or null where the client waits for the server's first challenge. */
  readonly initialResponse: string | null;
}

const mechanismChoice: ParamGrammar<MechanismChoice> = {
  text: "mechanism [initial-response]",
  parse(rest) {
    if (rest === null) return { problem: "the name of a mechanism is expected" };
    const [name = "", initialResponse = null, ...more] = rest.split(" ");
    const mechanism = name.toUpperCase();
    if (!MECHANISM.test(mechanism) || more.length > 0)
      return { problem: "the name of a mechanism and at most one initial response are expected" };
    if (initialResponse !== null && !INITIAL_RESPONSE.test(initialResponse)) {
      return { problem: "an initial response is Base64, or = where it is empty" };
    }
    return { value: { mechanism, initialResponse } };
  },
  format: ({ mechanism, initialResponse }) =>
    initialResponse === null ? mechanism : `${mechanism} ${initialResponse}`,
};

const command: CommandSpec<MechanismChoice> = {
  keyword: "AUTH",
  params: mechanismChoice,
  validIn: ["AUTHORIZATION"],
  reply: "exchange",
  // A PLAIN client sends its password as the initial response (RFC 4616 §2).
  secret: true,
  endsPipeline: true,
};

export const sasl: Capability<readonly string[]> = {
  tag: "SASL",
  name: "sasl",
  registration: { date: "1998-11", initialReference: ["RFC 1734", "RFC 2222"] },
  argument,
  commands: [command],
  affects: "none",
  announced: { in: "both", differs: false },
  reference: ["RFC 2449", "RFC 5034"],
  discussion:
    "The AUTH command begins an authentication exchange by one of the mechanisms listed, with an optional initial response. The list may change " +
    "once TLS was started, and it stays after login, when AUTH itself is refused. An initial response must leave the command within 255 octets; " +
    "the other lines of the exchange are as long as the mechanism needs. A client that does not find SASL listed sends no initial response.",
  checks: [],
  value: () => [],
};
