// Why a server could not be reached, or did not let somebody in, as a sentence that says what to do. For every command that connects.
// Knows the errors of `@postern/pop3/client` and the codes of the system below; whatever a server said is made printable here.
import {
  CommandRefused,
  type ConnectOptions,
  LoginImpossible,
  ProtocolViolation,
  TransportLost,
  type TransportLossReason,
} from "@postern/pop3/client";
import { StringRefused } from "../authenticator/saslprep.js";
import { printable } from "../delivery/printable.js";
import { firstSentence } from "./capability-lines.js";
import { CliFailure } from "./context.js";
import { placeOf } from "./server-options.js";

type Place = Pick<ConnectOptions, "host" | "tls"> & { readonly port: number };

/** By the system's error code: what is said behind the server's place, and what to do. */
const UNREACHABLE: Readonly<Record<string, string>> = {
  ENOTFOUND: "there is no such host in DNS; see that its name is spelt right",
  EAI_AGAIN: "its name could not be looked up, because no name server answered; see whether this machine is online",
  ECONNREFUSED: "the connection was refused, so nothing listens there",
  ETIMEDOUT: "nothing answered; a firewall may drop what is sent there",
  EHOSTUNREACH: "there is no way to that host from here",
  ENETUNREACH: "there is no way to its network from here",
  EACCES: "this machine does not let connections out to it",
  EPERM: "this machine does not let connections out to it",
};

const UNTRUSTED = "nobody who is trusted signed its certificate; --ca FILE trusts the authority that did";
const NO_TLS = "it does not speak TLS on this port; --tls required begins in the clear";

/** The same for the codes of TLS. */
const UNTRUSTWORTHY: Readonly<Record<string, string>> = {
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is self-signed; --ca FILE trusts it, where FILE holds it",
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  CERT_HAS_EXPIRED: "its certificate has expired; whoever runs it has to renew it",
  CERT_NOT_YET_VALID: "its certificate is not valid yet; see whether the clock of this machine is right",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for other names; name the server as its certificate does",
  ERR_SSL_UNSUPPORTED_PROTOCOL: "it speaks no version of TLS that is safe, which begin with TLS 1.2",
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: "it speaks no version of TLS that is safe, which begin with TLS 1.2",
};

/** What is wrong with a certificate, for a code of TLS; null for one that is not known. */
export function certificateProblem(code: string): string | null {
  return UNTRUSTWORTHY[code] ?? null;
}

/**
 * The failure for an error of connecting or of the connection, with status 2; errors of another kind come back as they are. `greeted`: the
 * server had said something before.
 */
export function connectionFailure(error: unknown, place: Place, greeted = false): unknown {
  const sentence = connectionSentence(error, place, greeted);
  return sentence === null ? error : new CliFailure(printable(sentence), 2, { cause: error });
}

function connectionSentence(error: unknown, place: Place, greeted: boolean): string | null {
  const at = placeOf(place);
  if (error instanceof CommandRefused) {
    const code = error.receivedCode === null ? "" : ` [${error.receivedCode}]`;
    return `${at} turns the connection away${code}: ${error.text === "" ? "it gives no reason" : error.text}`;
  }
  if (error instanceof ProtocolViolation)
    return `${at} breaks the protocol, if it speaks POP3 at all: ${error.message}.`;
  if (error instanceof DOMException && error.name === "AbortError") return "Stopped.";
  if (!(error instanceof TransportLost)) return null;
  const code = codeOf(error);
  const sentences: Readonly<Record<TransportLossReason, string>> = {
    unreachable: `${at} cannot be reached: ${UNREACHABLE[code] ?? reasonOf(error)}.${otherPort(code, place)}`,
    tls: `There is no TLS with ${at}: ${UNTRUSTWORTHY[code] ?? reasonOf(error)}.${othersNames(error)}`,
    deadline: `${at} did not answer in time: ${error.message}.${greeted || place.tls === "implicit" ? "" : SILENT_UNTIL_TLS}`,
    closed: `The connection with ${at} was lost: ${error.message}.`,
    aborted: "Stopped.",
  };
  return sentences[error.reason];
}

const SILENT_UNTIL_TLS = " A server that expects TLS from the first octet says nothing before it: try --tls implicit.";

/** What to try where nothing listens. */
function otherPort(code: string, { tls, port }: Place): string {
  if (code !== "ECONNREFUSED") return "";
  if (tls === "implicit" && port === 995) return " --tls required tries port 110 with STLS, where the URL has no port.";
  return tls !== "implicit" && port === 110 ? " --tls implicit tries port 995, where the URL has no port." : "";
}

/** The names that the certificate is for. */
function othersNames(error: TransportLost): string {
  const { cert } = (error.cause ?? {}) as { readonly cert?: { readonly subjectaltname?: string } };
  return cert?.subjectaltname === undefined ? "" : ` It is for ${cert.subjectaltname}.`;
}

/** Of the first attempt where several addresses were tried. */
function codeOf({ cause }: Error): string {
  const { code, errors = [] } = (cause ?? {}) as NodeJS.ErrnoException & {
    readonly errors?: readonly NodeJS.ErrnoException[];
  };
  return code ?? errors[0]?.code ?? "";
}

function reasonOf(error: Error): string {
  return error.cause instanceof Error && error.cause.message !== "" ? error.cause.message : error.message;
}

/** How a login ended that did not succeed. */
export interface LoginFailure {
  /** For people, printable. */
  readonly sentence: string;
  /** What the server said, where it said no; verbatim. */
  readonly refusal: { readonly code: string | null; readonly text: string } | null;
}

/** What the client's words for its options are on the command line. */
const OPTIONS: readonly (readonly [RegExp, string])[] = [
  [/allow it with auth\.cleartext/, "allow it with --allow-cleartext"],
  [/auth\.token/, "a token (--token-file, --token-command)"],
  [/a certificate, and auth\.certificate/, "a certificate, which cannot be given here"],
  [/auth\.password/, "a password"],
  [/auth\.authorizationId/, "another user's name"],
];

/** Null for errors of another kind. A name or a password that may not be used is one of these, too. */
export function loginFailure(error: unknown, user: string): LoginFailure | null {
  if (error instanceof CommandRefused) {
    const { receivedCode: code, responseCode, text } = error;
    const said = `${code === null ? "" : `[${code}] `}${text === "" ? "it gives no reason" : text}`;
    const meaning = responseCode === null ? "" : ` ${firstSentence(responseCode.meaning)}`;
    return {
      sentence: printable(`The server does not let ${user} in: ${said}${closed(said)}${meaning}`),
      refusal: { code, text },
    };
  }
  if (error instanceof LoginImpossible) {
    const reasons = error.obstacles.map(({ method, reason }) => {
      return `\n  ${method}: ${OPTIONS.reduce((text, [words, option]) => text.replace(words, option), reason)}`;
    });
    return { sentence: `There is no way to log in that both sides allow:${reasons.join("")}`, refusal: null };
  }
  if (error instanceof StringRefused) {
    return { sentence: `The name or the password cannot be used: ${error.message}.`, refusal: null };
  }
  return null;
}

function closed(text: string): string {
  return /[.!?]$/.test(text) ? "" : ".";
}
