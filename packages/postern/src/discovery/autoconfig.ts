// Where the documents lie in which providers describe their servers: with the domain, in Thunderbird's database, with the host of its mail.
// By HTTPS only: what came over plain HTTP could be anybody's. What a document says is read in `autoconfig-document.ts`.
import { getDomain } from "tldts";
import { DocumentProblem, readAutoconfig } from "./autoconfig-document.js";
import type { Candidate } from "./candidate.js";
import { hostNameOf, isWithin } from "./host-name.js";
import type { Inquiry } from "./inquiry.js";
import type { Answer } from "./question.js";
import { records } from "./resolver.js";
import { fetchDocument } from "./web-document.js";

/** A document, and whether its place can be relied upon. */
interface Place {
  /** What is shown of it. */
  readonly url: string;
  readonly query?: string;
  readonly vouched: boolean;
}

const database = "https://autoconfig.thunderbird.net/v1.1/";

/** Reads documents until one describes a POP3 server. */
export async function fromAutoconfig(inquiry: Inquiry): Promise<readonly Candidate[]> {
  const { domain, text } = inquiry.address;
  const own = await firstOf(inquiry, [
    {
      url: `https://autoconfig.${domain}/mail/config-v1.1.xml`,
      // Some providers have other servers for other users. It is told to the domain of the address alone.
      query: `?emailaddress=${encodeURIComponent(text)}`,
      vouched: true,
    },
    { url: `https://${domain}/.well-known/autoconfig/mail/config-v1.1.xml`, vouched: true },
  ]);
  if (own.length > 0) return own;
  if (inquiry.ispdb) {
    const listed = await firstOf(inquiry, [{ url: `${database}${domain}`, vouched: true }]);
    if (listed.length > 0) return listed;
  } else {
    inquiry.note(
      `${database}${domain}`,
      "skipped",
      "asked only on request, since it tells the domain to somebody else",
    );
  }
  // Found by an MX record, which anybody could have forged: nothing vouches for what is read there.
  const places = (await mailHostDomains(inquiry)).flatMap((host): Place[] => [
    { url: `https://autoconfig.${host}/mail/config-v1.1.xml`, vouched: false },
    ...(inquiry.ispdb ? [{ url: `${database}${host}`, vouched: false }] : []),
  ]);
  return firstOf(inquiry, places);
}

/** The documents are fetched at once; the first one in this order that describes a server counts, and the others are given up then. */
async function firstOf(inquiry: Inquiry, places: readonly Place[]): Promise<readonly Candidate[]> {
  const enough = new AbortController();
  const signal = AbortSignal.any([inquiry.signal, enough.signal]);
  const fetched = places.map(async ({ url, query = "" }) => fetchDocument({ ...inquiry, signal }, `${url}${query}`));
  // One that is given up has nobody who waits for it.
  for (const one of fetched) one.catch(() => undefined);
  try {
    for (const [at, place] of places.entries()) {
      const candidates = read(inquiry, place, await (fetched[at] as Promise<Answer<string>>));
      if (candidates.length > 0) return candidates;
    }
    return [];
  } finally {
    enough.abort();
  }
}

function read(inquiry: Inquiry, { url, vouched }: Place, answer: Answer<string>): readonly Candidate[] {
  if (answer.outcome !== "found") {
    inquiry.note(url, answer.outcome, answer.detail);
    return [];
  }
  const { address, note } = inquiry;
  try {
    const { servers, leftOut } = readAutoconfig(answer.value, address);
    for (const reason of leftOut) note(url, "skipped", reason);
    if (servers.length === 0 && leftOut.length === 0) note(url, "nothing", "a document without a POP3 server");
    return servers.map(({ host, port, tls, user, authentication }): Candidate => {
      note(url, "found", `${host}:${port} ${tls === "implicit" ? "with TLS" : "with STLS"}`);
      const sameDomain = isWithin(host, address.domain);
      const server = { host, port, tls, user, source: "autoconfig", detail: url, sameDomain } as const;
      return { ...server, vouched: vouched || sameDomain, ...(authentication.length > 0 && { authentication }) };
    });
  } catch (error) {
    if (!(error instanceof DocumentProblem)) throw error;
    note(url, "failed", `not a configuration: ${error.message}`);
    return [];
  }
}

/** The domains of whoever takes the mail: of the host without its first label, and the registered one. */
async function mailHostDomains(inquiry: Inquiry): Promise<readonly string[]> {
  const { address, resolver, note } = inquiry;
  const what = `MX ${address.domain}`;
  const answer = await records(inquiry, async () => resolver.resolveMx(address.domain));
  if (answer.outcome !== "found") {
    note(what, answer.outcome, answer.detail);
    return [];
  }
  const [best] = answer.value.toSorted((a, b) => a.priority - b.priority);
  const host = hostNameOf(best?.exchange ?? "");
  // A domain that anybody can register something under, such as co.uk, is nobody's: `autoconfig.co.uk` could be a stranger.
  const registered = host === null ? null : getDomain(host, { allowPrivateDomains: true });
  if (host === null || registered === null) {
    note(what, "nothing", "the record names no host that can be used");
    return [];
  }
  note(what, "found", host);
  const parent = host.slice(host.indexOf(".") + 1);
  const domains = isWithin(parent, registered) ? [parent, registered] : [registered];
  return [...new Set(domains)].filter((domain) => domain !== address.domain);
}
