// The address of a person, as it is typed: taken apart, with the domain as DNS wants it. Asks nobody.
// `host-name.ts` judges the domain; what is looked up for it begins in `discover.ts`.
import { domainToASCII } from "node:url";
import { hostNameOf } from "./host-name.js";

/** RFC 5321 §4.5.3.1.1. */
const LONGEST_LOCAL_PART_OCTETS = 64;
/** The atoms of RFC 5322 §3.2.3 and, by RFC 6531 §3.3, what is not ASCII. Dots may stand anywhere: some providers gave out such addresses. */
const localPart = /^([A-Za-z0-9!#$%&'*+\-/=?^_`{|}~.]|[^\x00-\x7f])+$/;
const invisible = /[\p{C}\p{Z}]/u;
/** Delimiters of URLs, which `domainToASCII` would take for the end of the domain or for an escape. */
const noDomain = /[\s%/?#\\:@<>|^"'`]/;

export interface MailAddress {
  /** As it was typed. */
  readonly text: string;
  readonly localPart: string;
  /** As it was typed, for user names. */
  readonly typedDomain: string;
  /** In lower case and A-labels, for DNS and TLS. */
  readonly domain: string;
}

/** The text is no address that a server can be found for. The message says why and what to write. */
export class AddressProblem extends Error {
  override readonly name = "AddressProblem";
}

/** Takes an address apart. Throws `AddressProblem`. */
export function parseMailAddress(text: string): MailAddress {
  // Quoted as JSON, which also makes control characters visible.
  const refuse = (why: string): never => {
    throw new AddressProblem(`${JSON.stringify(text)} is no mail address: ${why}; write it as user@example.net`);
  };
  if (invisible.test(text)) refuse("it holds a space or a control character");
  const parts = text.split("@");
  if (parts.length !== 2) refuse(parts.length < 2 ? "it has no @" : "it has more than one @");
  const [local = "", typedDomain = ""] = parts;
  if (local === "") refuse("nothing stands before the @");
  if (typedDomain === "") refuse("nothing stands behind the @");
  if (!localPart.test(local))
    refuse("what stands before the @ holds a character that needs quoting, which is not supported");
  if (Buffer.byteLength(local) > LONGEST_LOCAL_PART_OCTETS) refuse("what stands before the @ is longer than 64 octets");
  if (typedDomain.startsWith("[") || /^[\d.]+$/.test(typedDomain))
    refuse("a server is found for a domain, not for an IP address");
  if (!typedDomain.includes(".")) refuse("its domain has no dot");
  const domain = noDomain.test(typedDomain) ? null : hostNameOf(domainToASCII(typedDomain));
  if (domain === null || typedDomain.endsWith(".")) return refuse("what stands behind the @ is no domain");
  return { text, localPart: local, typedDomain, domain };
}
