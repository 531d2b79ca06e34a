// A document from the web: by HTTPS with a certificate that is checked, within a size and a time, over few redirects, without credentials.
// Knows nothing of what is in it.
import { hostNameOf } from "./host-name.js";
import type { Fetch } from "./inquiry.js";
import { ask, explainConnection, type Answer, type Patience } from "./question.js";

/** Octets, after decompression. The largest documents known have some ten KiB. */
const LARGEST_OCTETS = 64 * 1024;
const MOST_REDIRECTS = 3;

/** Fetches it. All redirects share one deadline. Throws only when `signal` is aborted. */
export async function fetchDocument(
  inquiry: Patience & { readonly fetch: Fetch },
  url: string,
): Promise<Answer<string>> {
  return ask(inquiry, async (signal) => follow(inquiry.fetch, url, signal), explainConnection);
}

async function follow(fetch: Fetch, first: string, signal: AbortSignal): Promise<Answer<string>> {
  let url = first;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    const response = await fetch(url, {
      headers: { accept: "application/xml, text/xml" },
      redirect: "manual",
      credentials: "omit",
      signal,
    });
    if (response.status === 200) return bounded(response);
    await response.body?.cancel();
    const location = response.headers.get("location");
    if (![301, 302, 303, 307, 308].includes(response.status) || location === null) {
      const outcome = [404, 410].includes(response.status) ? "nothing" : "failed";
      return { outcome, detail: `status ${response.status}` };
    }
    const next = URL.parse(location, url);
    if (next === null || !isSafe(next)) return { outcome: "failed", detail: "a redirect to something else than https" };
    url = next.href;
  }
  return { outcome: "failed", detail: `more than ${MOST_REDIRECTS} redirects` };
}

/** An address that the peer chose: no user, no other port and no IP address, or a document could have this machine's neighbours asked. */
function isSafe({ protocol, hostname, port, username, password }: URL): boolean {
  return protocol === "https:" && hostNameOf(hostname) !== null && port === "" && username === "" && password === "";
}

async function bounded(response: Response): Promise<Answer<string>> {
  const chunks: Uint8Array[] = [];
  let octets = 0;
  // Leaving the loop cancels what is still to come.
  for await (const chunk of response.body ?? []) {
    octets += chunk.length;
    if (octets > LARGEST_OCTETS) return { outcome: "failed", detail: `more than ${LARGEST_OCTETS / 1024} KiB` };
    chunks.push(chunk);
  }
  // Names of hosts are ASCII in every encoding that such documents are in; a user name with a replacement character is refused.
  return { outcome: "found", value: new TextDecoder().decode(Buffer.concat(chunks)) };
}
