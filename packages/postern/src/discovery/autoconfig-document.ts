// The document in which a provider describes its servers to mail programs (Mozilla's config-v1.1.xml): its POP3 servers are read, nothing else.
// Text in, values out; whatever is not understood is left out with a reason. Where documents lie is known in `autoconfig.ts`.
import sax from "sax";
import { authenticationMethods, type AuthenticationMethod } from "./candidate.js";
import { hostNameOf, isPort } from "./host-name.js";
import type { MailAddress } from "./mail-address.js";

/** The document is none. The message holds nothing of it. */
export class DocumentProblem extends Error {
  override readonly name = "DocumentProblem";
}

export interface DescribedServer {
  readonly host: string;
  readonly port: number;
  readonly tls: "implicit" | "required";
  readonly user: string;
  readonly authentication: readonly AuthenticationMethod[];
}

export interface Description {
  readonly servers: readonly DescribedServer[];
  /** Why others were left out, a line for each. */
  readonly leftOut: readonly string[];
}

const socketTypes: ReadonlyMap<string, DescribedServer["tls"]> = new Map([
  ["SSL", "implicit"],
  ["STARTTLS", "required"],
]);
const MOST_SERVERS = 8;
const DEEPEST = 16;
const LONGEST_USER_OCTETS = 255;
const SERVER_PATH = "clientConfig/emailProvider/incomingServer";
/** Where a server's elements are. */
const FIELD_DEPTH = 4;

/** Elements of a server and their texts, in the order of the document. */
type Fields = readonly (readonly [name: string, text: string])[];

/** Reads a document for an address. Throws `DocumentProblem`. */
export function readAutoconfig(text: string, address: MailAddress): Description {
  const servers: DescribedServer[] = [];
  const leftOut: string[] = [];
  for (const fields of popServers(text).slice(0, MOST_SERVERS)) {
    const server = describe(fields, address);
    if (typeof server === "string") leftOut.push(server);
    else servers.push(server);
  }
  return { servers, leftOut };
}

function popServers(text: string): readonly Fields[] {
  const found: Fields[] = [];
  const path: string[] = [];
  let fields: [string, string][] | null = null;
  let empty = true;
  const refuse = (why: string): never => {
    throw new DocumentProblem(why);
  };
  const take = (piece: string): void => {
    const last = path.length === FIELD_DEPTH ? fields?.at(-1) : undefined;
    if (last !== undefined) last[1] += piece;
  };
  // No entities but those of XML itself. A DOCTYPE could define more, and the format has none.
  const options = { position: true, strictEntities: true };
  const parser = sax.parser(true, options);
  const listeners: Partial<sax.SAXParser> = {
    onerror: () => refuse(`not well-formed XML (line ${parser.line + 1})`),
    ondoctype: () => refuse("a DOCTYPE, which such a document does not have"),
    onopentag: ({ name, attributes }) => {
      empty = false;
      if (path.push(name) > DEEPEST) refuse("elements are nested too deep");
      if (path[0] !== "clientConfig") refuse("XML of another kind");
      if (path.join("/") === SERVER_PATH) fields = attributes["type"] === "pop3" ? [] : null;
      else if (path.length === FIELD_DEPTH) fields?.push([name, ""]);
    },
    onclosetag: () => {
      if (path.join("/") === SERVER_PATH && fields !== null) {
        found.push(fields);
        fields = null;
      }
      path.pop();
    },
    ontext: take,
    oncdata: take,
  };
  Object.assign(parser, listeners);
  parser.write(text).close();
  // An empty text is no error to the parser.
  if (empty) refuse("no XML");
  return found;
}

/** The server, or why it is left out. */
function describe(fields: Fields, address: MailAddress): DescribedServer | string {
  const all = (name: string): string[] => fields.filter(([field]) => field === name).map(([, text]) => text.trim());
  const [hostText = ""] = all("hostname");
  const host = hostNameOf(filled(hostText, { ...address, typedDomain: address.domain }) ?? "");
  if (host === null) return "a server without a name that can be used";
  const [portText = ""] = all("port");
  const port = /^\d{1,5}$/.test(portText) ? Number(portText) : 0;
  if (!isPort(port)) return `${host} has no port that can be used`;
  const tls = socketTypes.get(all("socketType")[0] ?? "");
  if (tls === undefined) return `${host}:${port} is without TLS`;
  const user = filled(all("username")[0] ?? "%EMAILADDRESS%", address);
  if (
    user === null ||
    user === "" ||
    /[\p{C}\p{Zl}\p{Zp}\uFFFD]/u.test(user) ||
    Buffer.byteLength(user) > LONGEST_USER_OCTETS
  ) {
    return `${host}:${port} wants a user name that cannot be made from the address`;
  }
  return { host, port, tls, user, authentication: [...new Set(all("authentication").flatMap(method))] };
}

/** The template with what the address says, or null where it wants more than that. One pass: what is put in is no template. */
function filled(template: string, { text, localPart, typedDomain }: MailAddress): string | null {
  const values: Readonly<Record<string, string>> = {
    EMAILADDRESS: text,
    EMAILLOCALPART: localPart,
    EMAILDOMAIN: typedDomain,
  };
  const names = [...template.matchAll(/%([A-Z]+)%/g)].map(([, name = ""]) => name);
  if (names.some((name) => !Object.hasOwn(values, name))) return null;
  return template.replace(/%([A-Z]+)%/g, (_, name: string) => values[name] ?? "");
}

/** `plain` and `secure` are what the first documents said. */
function method(text: string): readonly AuthenticationMethod[] {
  const name = text === "plain" ? "password-cleartext" : text === "secure" ? "password-encrypted" : text;
  return authenticationMethods.filter((known) => known === name);
}
