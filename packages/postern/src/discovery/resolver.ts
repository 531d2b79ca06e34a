// What is asked of DNS, and how its errors read. The system's name servers, or one that is named.
// Knows no service. Nothing here is signed: DNSSEC is not checked, which `vouched` of a candidate is about.
import { promises as dns } from "node:dns";
import { ask, codeOf, type Answer, type Patience, type Unanswered } from "./question.js";

/** RFC 2782; `name` is the target, empty or `.` for the root. */
export interface SrvRecord {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly name: string;
}

export interface MxRecord {
  readonly priority: number;
  readonly exchange: string;
}

/** As `dns.promises.Resolver` of Node: rejects with an error that has a `code`, `ENOTFOUND` or `ENODATA` where there is no record. */
export interface Resolver {
  resolveSrv(name: string): Promise<readonly SrvRecord[]>;
  resolveMx(name: string): Promise<readonly MxRecord[]>;
  /** Gives up what is still asked. */
  cancel?(): void;
}

/** The system's name servers, or the one given as `address` or `address:port`, an IPv6 address in brackets. Throws where that is no address. */
export function systemResolver(nameserver: string | undefined): Resolver {
  const resolver = new dns.Resolver();
  if (nameserver !== undefined) resolver.setServers([nameserver]);
  return resolver;
}

/** The records of a name, which are at least one. */
export async function records<T>(
  patience: Patience,
  question: () => Promise<readonly T[]>,
): Promise<Answer<readonly T[]>> {
  return ask(
    patience,
    async () => {
      const value = await question();
      return value.length === 0 ? noRecord : { outcome: "found", value };
    },
    (error) => {
      const code = codeOf(error);
      if (code === "ENOTFOUND" || code === "ENODATA") return noRecord;
      return { outcome: "failed", detail: reasons[code] ?? `the name server gave no answer to be used (${code})` };
    },
  );
}

const noRecord: Unanswered = { outcome: "nothing", detail: "no record" };

const reasons: Readonly<Record<string, string>> = {
  ETIMEOUT: "the name server does not answer",
  ECONNREFUSED: "no name server listens where it should",
  ESERVFAIL: "the name server could not find out (SERVFAIL)",
  EREFUSED: "the name server refuses to say (REFUSED)",
};
