// A source of accounts as one among several: an authenticator that says as well which names are its own.
// `chain.ts` asks; `spool-accounts.ts` and `passwd-file.ts` answer. A source of tokens alone has no names and is no `AccountSource`.
import type { Authenticator } from "@postern/pop3/server";

/** What a source of accounts must have: a name that is one's own is never looked up in another. */
type OnNames = "offers" | "verifyPassword" | "scramVerifier" | "sharedSecret";

export interface AccountSource extends Omit<Authenticator, OnNames>, Required<Pick<Authenticator, OnNames>> {
  /** Whether there is an account of that name, which may log in or not. */
  knows(name: string): boolean;
  /** Whether there is one, and it may log in. */
  admits(name: string): boolean;
}

export function isAccountSource(source: Authenticator): source is AccountSource {
  return "knows" in source && "admits" in source;
}
