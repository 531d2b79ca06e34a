// What all ways of finding a server share: whom to ask, until when, and where to note what came of it.
// A type and nothing else; `discover.ts` makes the value.
import type { Attempt } from "./candidate.js";
import type { MailAddress } from "./mail-address.js";
import type { Probe } from "./probe.js";
import type { Patience } from "./question.js";
import type { Resolver } from "./resolver.js";

/** The part of the global `fetch` that is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface Inquiry extends Patience {
  readonly address: MailAddress;
  readonly resolver: Resolver;
  readonly fetch: Fetch;
  readonly probe: Probe;
  /** From 0 up to and without 1. */
  readonly random: () => number;
  readonly ispdb: boolean;
  note(what: string, outcome: Attempt["outcome"], detail: string): void;
}
