// The options of `postern fetch`, as commander gives them. Types alone: `fetch.ts` declares them, `fetch-job.ts` reads them.
// What a file of accounts says of one account has the words of `config/fetch-accounts.ts`.
import type { Every } from "../sync/fetch-account.js";
import type { CredentialOptions } from "./credentials.js";
import type { ServerOptions } from "./server-options.js";

export interface FetchOptions extends ServerOptions, CredentialOptions {
  readonly to?: string;
  readonly recipient?: string;
  readonly new?: boolean;
  readonly delete?: boolean;
  readonly every?: Every;
  readonly tries: number;
  readonly accounts?: string;
  readonly concurrency: number;
  readonly state?: string;
  readonly json?: boolean;
}
