// The faults that clients are run against, from `cases.json`, which is written by hand. What the clients did is in `outcomes.ts`.
// A case needs no word here: faults are data.
import { readFileSync } from "node:fs";
import type { Fault, TestCertificate } from "@postern/pop3/testing";
import type { Way } from "../support/client.js";

export interface FaultCase {
  readonly name: string;
  /** What happens, for the page. */
  readonly says: string;
  readonly faults: readonly Fault[];
  /** `plain` where absent. */
  readonly way?: Way;
  readonly certificate?: TestCertificate;
  /** So many runs one after the other, with the same memory; 1 where absent. */
  readonly visits?: number;
  /** There is no TLS, or none that holds: no name and no password may be sent. */
  readonly untrusted?: boolean;
  /** Octets in the clear stand before TLS that nobody may take for an answer. */
  readonly injected?: boolean;
}

interface Group {
  readonly title: string;
  readonly cases: readonly FaultCase[];
}

const groups = JSON.parse(readFileSync(new URL("cases.json", import.meta.url), "utf8")) as readonly Group[];

export const faultCases: readonly FaultCase[] = groups.flatMap(({ cases }) => cases);
