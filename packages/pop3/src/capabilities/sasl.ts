// SASL: authentication by a mechanism of the client's choice, with AUTH (RFC 5034, which replaces RFC 2449 §6.3 and RFC 1734).
// Knows no mechanism: which of them a session offers comes with the view, and `server/sasl-exchange.ts` carries their octets.
import { type ArgumentGrammar, type Capability, type ClientCapability, declared } from "../contracts/capability.js";
import type { CommandSpec, ParamGrammar } from "../contracts/command.js";
import { say } from "../contracts/sentence.js";

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
  meaning: (mechanisms) => `The AUTH command logs in by ${mechanisms.join(", ")}.`,
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
    if (rest === null) return { problem: say("the name of a mechanism is expected") };
    const [name = "", initialResponse = null, ...more] = rest.split(" ");
    const mechanism = name.toUpperCase();
    if (!MECHANISM.test(mechanism) || more.length > 0)
      return { problem: say("the name of a mechanism and at most one initial response are expected") };
    if (initialResponse !== null && !INITIAL_RESPONSE.test(initialResponse)) {
      return { problem: say("an initial response is Base64, or = where it is empty") };
    }
    return { value: { mechanism, initialResponse } };
  },
  format: ({ mechanism, initialResponse }) =>
    initialResponse === null ? mechanism : `${mechanism} ${initialResponse}`,
};

export const saslCommand: CommandSpec<MechanismChoice> = {
  keyword: "AUTH",
  params: mechanismChoice,
  validIn: ["AUTHORIZATION"],
  reply: "exchange",
  // A PLAIN client sends its password as the initial response (RFC 4616 §2).
  secret: true,
  endsPipeline: true,
  serve: ({ login }, { mechanism, initialResponse }) => login.withMechanism(mechanism, initialResponse),
};

/**
 * Octets of the longest AUTH line, with CRLF. RFC 5034 §4 holds clients to 255, and whoever keeps to that sends a long initial response
 * in a line of its own; many do not, and a bearer token of 16 KiB in Base64, framed by its mechanism, is 22 KiB.
 */
const AUTH_OCTETS = 32 * 1024;

export const saslClient: ClientCapability<readonly string[]> = {
  tag: "SASL",
  argument,
  commands: [saslCommand],
  announced: { in: "both", differs: false },
};

export const sasl: Capability<readonly string[]> = /* @__PURE__ */ declared(saslClient, {
  name: "sasl",
  registration: { date: "1998-11", initialReference: ["RFC 1734", "RFC 2222"] },
  affects: "none",
  reference: ["RFC 2449", "RFC 5034"],
  definedIn: "RFC 5034 §3",
  discussion:
    "The AUTH command begins an authentication exchange by one of the mechanisms listed, with an optional initial response. The list may change " +
    "once TLS was started, and it stays after login, when AUTH itself is refused. An initial response must leave the command within 255 octets; " +
    "the other lines of the exchange are as long as the mechanism needs. A client that does not find SASL listed sends no initial response.",
  limits: { commandOctets: AUTH_OCTETS },
  checks: [
    {
      id: "sasl-unknown-mechanism",
      level: "MUST",
      reference: "RFC 5034 §4",
      title: "A mechanism that is not there is refused, and the session goes on.",
      remedy: "Refuse a mechanism that is not there with -ERR, and go on.",
      given: "AUTHORIZATION",
      dialog: `
        C: AUTH NO-SUCH-MECHANISM
        S: -ERR*
        C: CAPA
        S: +OK*
        S: ...
        S: .`,
    },
    {
      id: "sasl-not-after-login",
      level: "MUST",
      reference: "RFC 5034 §4",
      title: "AUTH is refused after login.",
      remedy: "Refuse AUTH once a login has succeeded.",
      given: "TRANSACTION",
      dialog: `
        C: AUTH PLAIN
        S: -ERR*`,
    },
    {
      id: "sasl-bad-base64",
      level: "MUST",
      reference: "RFC 5034 §4",
      title: "An initial response that is no Base64 is refused.",
      remedy: "Refuse an initial response that is not whole, padded Base64 before it reaches the mechanism.",
      given: "AUTHORIZATION",
      dialog: `
        C: AUTH PLAIN AAA=BBB
        S: -ERR*
        C: AUTH PLAIN A*==
        S: -ERR*`,
    },
  ],
  available: ({ mechanisms }) => mechanisms.length > 0,
  unavailable: () => say("no mechanism is offered on this connection"),
  value: ({ mechanisms }) => mechanisms,
});
