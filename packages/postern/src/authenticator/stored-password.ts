// A password as a file of another program holds it, whatever the scheme: what can be done with it, and what that costs.
// `password-schemes.ts` reads it; the schemes themselves are in `digest-schemes.ts` and `costly-schemes.ts`. Knows no accounts.
import type { ScramHash, ScramKeys } from "@postern/pop3/server";

/** What a comparison costs; costs are comparable within a family. */
export interface Effort {
  readonly family: "argon2" | "bcrypt" | "sha-crypt" | "pbkdf2";
  readonly cost: number;
}

/** What a scheme makes of the octets that are stored. */
export interface SchemePassword {
  /** Null where a comparison takes microseconds. */
  readonly effort: Effort | null;
  /** The password itself where it is stored in the clear, prepared with SASLprep; else null. */
  readonly clear: string | null;
  readonly scram: { readonly hash: ScramHash; readonly verifier: ScramKeys } | null;
  /** Whether it was made from this password. */
  matches(password: string): Promise<boolean>;
}

export interface StoredPassword extends SchemePassword {
  /** As it is written, scheme and all. */
  readonly text: string;
}

/** A stored password that cannot be used. The message says why, and holds nothing of it. */
export class SchemeRefused extends Error {
  override readonly name = "SchemeRefused";
}
