// Limits that all sources of accounts share, because what a peer makes us compute and remember is bounded alike.
// How many hashes are computed at a time is `work-queue.ts`'s. Knows no accounts.

/** Octets of the longest password, in UTF-8. Longer ones are wrong. */
export const PASSWORD_OCTETS = 1024;

/** How long a password that was right is right without a computation. */
export const REMEMBERED_MS = 60_000;
