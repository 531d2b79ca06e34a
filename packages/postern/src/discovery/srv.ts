// The SRV records of a domain for POP3 (RFC 6186 §3.3). TLS from the first octet goes before STLS, whatever the priorities (RFC 8314 §5.1).
// Knows how the records read; in which order targets of one service are tried is in `srv-order.ts`.
import type { Candidate } from "./candidate.js";
import { hostNameOf, isPort, isWithin } from "./host-name.js";
import type { Inquiry } from "./inquiry.js";
import { records, type SrvRecord } from "./resolver.js";
import { inOrder } from "./srv-order.js";

const services = [
  { label: "_pop3s._tcp", tls: "implicit" },
  { label: "_pop3._tcp", tls: "required" },
] as const;

export interface SrvFindings {
  readonly candidates: readonly Candidate[];
  /** The domain says by a target of `.` that it does not offer at least one of the services. */
  readonly denied: boolean;
}

/** Looks for the records of both services at once. */
export async function fromSrv(inquiry: Inquiry): Promise<SrvFindings> {
  const { address, resolver } = inquiry;
  const asked = services.map(async ({ label, tls }) => {
    const name = `${label}.${address.domain}`;
    return { name, tls, answer: await records(inquiry, async () => resolver.resolveSrv(name)) };
  });
  const candidates: Candidate[] = [];
  let denied = false;
  for (const { name, tls, answer } of await Promise.all(asked)) {
    const what = `SRV ${name}`;
    if (answer.outcome !== "found") {
      inquiry.note(what, answer.outcome, answer.detail);
      continue;
    }
    const targets = answer.value.filter((record) => !isRoot(record));
    if (targets.length === 0) {
      denied = true;
      inquiry.note(what, "nothing", "the domain says that it does not offer this");
    }
    for (const record of inOrder(targets, inquiry.random)) {
      const host = hostNameOf(record.name);
      if (host === null || !isPort(record.port)) {
        inquiry.note(
          what,
          "skipped",
          host === null ? "the target is no name of a host" : `${host} has no port that can be used`,
        );
        continue;
      }
      const { priority, weight, port } = record;
      const data = `${priority} ${weight} ${port} ${host}`;
      inquiry.note(what, "found", data);
      const sameDomain = isWithin(host, address.domain);
      candidates.push({
        host,
        port,
        tls,
        user: address.text,
        source: "srv",
        detail: `${name} SRV ${data}`,
        sameDomain,
        vouched: sameDomain,
      });
    }
  }
  return { candidates, denied };
}

function isRoot({ name }: SrvRecord): boolean {
  return name === "" || name === ".";
}
