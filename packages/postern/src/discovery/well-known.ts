// The names that POP3 servers usually have in a domain, tried on their usual ports.
// Knows no connection: whether a server is there is found out by the probe.
import type { Candidate } from "./candidate.js";
import { hostNameOf } from "./host-name.js";
import type { Inquiry } from "./inquiry.js";
import { ProbeFailure, type Target } from "./probe.js";
import { ask, explainConnection, type Answer } from "./question.js";

const prefixes = ["pop.", "pop3.", "mail.", ""];
/** STLS only where no name has TLS from the first octet (RFC 8314 §3). */
const rounds = [
  { port: 995, tls: "implicit" },
  { port: 110, tls: "required" },
] as const;

/** Probes all names at once, one port after the other. */
export async function fromWellKnown(inquiry: Inquiry): Promise<readonly Candidate[]> {
  const { domain, text } = inquiry.address;
  const hosts = prefixes.map((prefix) => hostNameOf(`${prefix}${domain}`)).filter((host) => host !== null);
  for (const { port, tls } of rounds) {
    const answers = await Promise.all(
      hosts.map(async (host) => ({ host, answer: await probed(inquiry, { host, port, tls }) })),
    );
    const candidates: Candidate[] = [];
    for (const { host, answer } of answers) {
      const what = `${host}:${port}`;
      if (answer.outcome !== "found") {
        inquiry.note(what, answer.outcome, answer.detail);
        continue;
      }
      inquiry.note(what, "found", `a POP3 server ${tls === "implicit" ? "with TLS" : "with STLS"}`);
      candidates.push({
        host,
        port,
        tls,
        user: text,
        source: "well-known",
        detail: what,
        sameDomain: true,
        vouched: true,
      });
    }
    if (candidates.length > 0) return candidates;
  }
  return [];
}

async function probed(inquiry: Inquiry, target: Target): Promise<Answer<null>> {
  return ask(
    inquiry,
    async (signal) => {
      await inquiry.probe(target, signal);
      return { outcome: "found", value: null };
    },
    (error) =>
      error instanceof ProbeFailure ? { outcome: "failed", detail: error.message } : explainConnection(error),
  );
}
