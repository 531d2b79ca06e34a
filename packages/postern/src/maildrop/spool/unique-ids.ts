// Unique-ids in the spool: most follow from the maildrop's prefix and the message's sequence number, and are not stored;
// those from other servers are kept as they came (RFC 1939 §7).
import { MaildropFailure } from "@postern/pop3/server";

/** The unique-id of the message with that sequence number, if it came without one. */
export function ownUniqueId(prefix: string, sequence: number): string {
  return `${prefix}.${sequence}`;
}

/** Throws `MaildropFailure` (`permanent`) for a unique-id that is none, or that a maildrop with that prefix gives out itself. */
export function assertKeepable(uniqueId: string, prefix: string): void {
  if (!/^[!-~]{1,70}$/.test(uniqueId)) {
    throw new MaildropFailure("permanent", "a unique-id is 1 to 70 characters of 0x21 to 0x7E (RFC 1939 §7)");
  }
  if (uniqueId.startsWith(`${prefix}.`)) throw usedBefore(uniqueId);
}

export function usedBefore(uniqueId: string): MaildropFailure {
  return new MaildropFailure(
    "permanent",
    `the unique-id ${uniqueId} was used before in this maildrop; let the store choose one`,
  );
}
