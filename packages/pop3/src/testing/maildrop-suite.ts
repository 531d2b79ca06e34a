// The contract suite for stores of maildrops: every promise of `contracts/maildrop.ts` as a case.
// Knows no test runner and no store; what it needs of a store is `MaildropHarness`.
import type { ContractCase } from "./contract-case.js";
import type { MaildropHarness } from "./maildrop-harness.js";
import { DELIVERIES, OCTETS, UNIQUE_IDS } from "./maildrop-message-cases.js";
import { LEASES, RESTARTS, SNAPSHOTS, UPDATES } from "./maildrop-session-cases.js";
import { SURROGATES } from "./maildrop-surrogate-cases.js";

export type { MaildropHarness, MaildropSubject } from "./maildrop-harness.js";

/** The cases for one store; each makes a subject of its own. */
export function maildropContract(harness: MaildropHarness): readonly ContractCase[] {
  return Object.entries({
    ...LEASES,
    ...SNAPSHOTS,
    ...UNIQUE_IDS,
    ...OCTETS,
    ...SURROGATES,
    ...UPDATES,
    ...DELIVERIES,
    ...(harness.lasting ? RESTARTS : {}),
  }).map(([name, body]) => ({
    name,
    async run(): Promise<void> {
      const subject = await harness.make();
      try {
        await body(subject);
      } finally {
        await subject.close?.();
      }
    },
  }));
}
