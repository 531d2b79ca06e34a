// Which server a command line means: a POP URL (RFC 2384, and `pop3s:` beside it), the name of a host, or a mail address.
// Takes text apart and asks nobody. The options that go with it are in `server-options.ts`; the server of an address is found by `discovery/`.
import { isIP } from "node:net";
import { domainToASCII } from "node:url";
import { isPort } from "../discovery/host-name.js";
import { AddressProblem, parseMailAddress } from "../discovery/mail-address.js";
import { printable } from "../delivery/printable.js";

/** A server that was named. */
export interface ServerUrl {
  readonly kind: "server";
  /** A name in lower case and A-labels, or an IP address without brackets. */
  readonly host: string;
  /** Null where none was written: 995 with implicit TLS, else 110. */
  readonly port: number | null;
  /** How TLS begins by the scheme; without a scheme, by the port. */
  readonly tls: "implicit" | "required";
  readonly user: string | null;
  /** The one way to log in that the URL allows (RFC 2384 §4), in upper case; null where it leaves that open. */
  readonly method: string | null;
}

/** A mail address, whose server has to be found. */
export interface ServerOfAddress {
  readonly kind: "address";
  readonly address: string;
}

/** The text names no server. The message says why and what to write, and holds no password. */
export class ServerUrlProblem extends Error {
  override readonly name = "ServerUrlProblem";
}

/** How TLS begins, by scheme. Only RFC 2384's `pop` is registered. */
const schemes: Readonly<Record<string, ServerUrl["tls"]>> = {
  pop: "required",
  pop3: "required",
  pops: "implicit",
  pop3s: "implicit",
};

/** RFC 1939 §3. */
const CLEARTEXT_PORT = 110;
const LONGEST_NAME = 253;
/** With underscores, which hosts of local networks have. */
const label = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/;

const FORMS = "write it as pop3s://user@pop.example.net, pop.example.net or alice@example.net";

/** Reads the argument of a command. Throws `ServerUrlProblem`. */
export function parseServerUrl(text: string): ServerUrl | ServerOfAddress {
  if (/[\p{Cc}\u2028\u2029]/u.test(text))
    problem("The URL holds a control character; in a user name it is not allowed at all.");
  const [, scheme, afterScheme] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(text) ?? [];
  const rest = afterScheme ?? text;
  // The last @, as nobody's host holds one, and user names that are mail addresses do.
  const [authority, behind] = partsAt(rest, rest.search(/[/?#]/));
  const at = authority.lastIndexOf("@");
  const userInfo = at < 0 ? null : authority.slice(0, at);
  // In all of it: a password with a / in it would be quoted below.
  if (rest.slice(0, Math.max(0, rest.lastIndexOf("@"))).includes(":")) {
    problem(
      "The URL holds a password, or a colon in the user name. Others see a command line, and shells keep it: leave the password out, and it is " +
        "asked for; or give it with --password-file, --password-command or POSTERN_PASSWORD. A colon of the name is written %3A.",
    );
  }
  if (scheme === undefined && userInfo !== null) return { kind: "address", address: addressIn(text) };
  const tls = scheme === undefined ? null : schemes[scheme.toLowerCase()];
  if (tls === undefined) {
    problem(`${quoted(`${scheme}:`)} is no scheme of POP3: there are pop3s: (TLS), pop3: (STLS) and pop:.`);
  }
  if (behind !== "" && behind !== "/") {
    problem(
      `Behind the host stands ${quoted(behind)}, which no POP URL has; in a user name, / is written %2F, ? %3F and # %23.`,
    );
  }
  const { host, port } = hostAndPort(authority.slice(at + 1), text);
  return {
    kind: "server",
    host,
    port,
    tls: tls ?? (port === CLEARTEXT_PORT ? "required" : "implicit"),
    ...(userInfo === null ? { user: null, method: null } : userAndMethod(userInfo)),
  };
}

/** `<user>;auth=<auth>`, percent-encoded (RFC 2384 §8). */
function userAndMethod(userInfo: string): Pick<ServerUrl, "user" | "method"> {
  const [name = "", parameter, ...more] = userInfo.split(";");
  const auth = parameter === undefined ? "*" : /^auth=(.+)$/is.exec(parameter)?.[1];
  if (auth === undefined || more.length > 0) {
    problem(
      "Behind a ; of the URL stands auth= and the way to log in, as in pop3s://alice;auth=PLAIN@pop.example.net; in a user name, ; is written %3B.",
    );
  }
  if (name === "" && parameter === undefined)
    problem("Nothing stands before the @ of the URL: write the user's name there, or leave the @ out.");
  // RFC 2384 §4: + says that it is no mechanism of SASL.
  const method = decoded(auth).toUpperCase().replace(/^\+/, "");
  return { user: name === "" ? null : decoded(name), method: method === "*" ? null : method };
}

function decoded(text: string): string {
  let name: string;
  try {
    name = decodeURIComponent(text);
  } catch {
    return problem(
      `In ${quoted(text)} a % is not followed by two hexadecimal digits of UTF-8; a % itself is written %25.`,
    );
  }
  if (/[\p{Cc}\u2028\u2029]/u.test(name)) problem("The user name in the URL holds a control character.");
  return name;
}

function hostAndPort(text: string, whole: string): Pick<ServerUrl, "host" | "port"> {
  const [, bracketed, bare = "", portText] = /^(?:\[([^\]]*)\]|([^:]*))(?::(.*))?$/s.exec(text) ?? [];
  if (bracketed === undefined && bare === "") {
    if (isIP(text) === 6) problem(`An IPv6 address is written in brackets: [${text}].`);
    problem(
      text === "" ? `${quoted(whole)} names no host: ${FORMS}.` : `${quoted(text)} is no host with a port: ${FORMS}.`,
    );
  }
  const port = portText === undefined || portText === "" ? null : Number(/^\d{1,5}$/.exec(portText)?.[0] ?? 0);
  if (port !== null && !isPort(port)) problem(`${quoted(portText ?? "")} is no port: it is a number from 1 to 65535.`);
  return { host: bracketed === undefined ? hostOf(bare) : ipv6Of(bracketed), port };
}

function ipv6Of(text: string): string {
  // RFC 6874 §2: the zone of a local address stands behind %25.
  const address = text.replace("%25", "%").toLowerCase();
  return isIP(address) === 6 ? address : problem(`${quoted(text)} is no IPv6 address.`);
}

function hostOf(text: string): string {
  if (isIP(text) === 4) return text;
  // What `domainToASCII` would take for a delimiter or an escape.
  const name = /[\s%\\<>|^"'`[\]]/.test(text) ? "" : domainToASCII(text).replace(/\.$/, "");
  const labels = name.split(".");
  if (
    name.length > LONGEST_NAME ||
    !labels.every((part) => label.test(part)) ||
    /^(\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? "")
  ) {
    problem(`${quoted(text)} is no name of a host: ${FORMS}.`);
  }
  return name;
}

function addressIn(text: string): string {
  try {
    return parseMailAddress(text).text;
  } catch (error) {
    if (!(error instanceof AddressProblem)) throw error;
    return problem(`${printable(error.message)}, or the server's name as pop3s://user@pop.example.net.`);
  }
}

function partsAt(text: string, position: number): [string, string] {
  return position < 0 ? [text, ""] : [text.slice(0, position), text.slice(position)];
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

function problem(message: string): never {
  throw new ServerUrlProblem(message);
}
