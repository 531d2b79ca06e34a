// Names of hosts as DNS and TLS know them: letters, digits and hyphens. Whatever a peer names is judged here before it is used or shown.
// Knows no address and asks nobody; which host may be trusted with what is said in `candidate.ts`.

const LONGEST_NAME = 253;
const label = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

/**
 * The name in lower case and without the dot at its end, or null where it is none: a label that is empty, too long or holds something else
 * than letters, digits and hyphens (RFC 1123 §2.1), a single label, an IP address, more than 253 octets. Names of other scripts come as A-labels.
 */
export function hostNameOf(text: string): string | null {
  const name = text.toLowerCase().replace(/\.$/, "");
  if (name.length > LONGEST_NAME) return null;
  const labels = name.split(".");
  if (labels.length < 2 || !labels.every((part) => label.test(part))) return null;
  // No top-level domain is a number, and every way of writing an IPv4 address ends with one.
  return /^(\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? "") ? null : name;
}

/** Whether the host is the domain itself or lies under it. Both as `hostNameOf` gives them. */
export function isWithin(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`);
}

/** A port that a server can listen on. */
export function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535;
}
