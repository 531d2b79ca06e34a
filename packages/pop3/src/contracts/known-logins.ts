// The memory of logins that were right: who is at home where. For the penalties, which keep nobody waiting who is.
// Knows no address and no account: pairs are digests, made in `server/penalties.ts`.

/** Pairs of a place and a name, each for a while. Both methods are quick; what they throw costs no login. */
export interface KnownLogins {
  knows(pair: string): boolean;
  remember(pair: string, untilMs: number): void;
}
