// The unique-ids that Courier's POP3 server gave out, from the `courierpop3dsizelist` of a Maildir. Text in, values out.
//
// As Courier's pop3dserver.c writes it: `/3 <next uid> <uidvalidity>` (or version 2), then a line for each message:
// `<base name> <octets> <uid>:<uidvalidity>`, followed by `:<utf8>` in version 3. The unique-id is `UID<uid>-<uidvalidity>`;
// `UID<uid>` where the uidvalidity is 0; and where the uid is 0 the base name of the file, with `+XX` for what it does
// not like in it.
import { baseName } from "./dovecot-unique-ids.js";

export interface CourierList {
  /** Unique-ids by base name. */
  readonly uniqueIds: ReadonlyMap<string, string>;
  /** Lines that are none. */
  readonly malformed: number;
}

/** The unique-id that Courier makes of a file's base name, one character an octet. */
export function courierNameUniqueId(base: string): string {
  return base.replace(
    /[^\x21-\x7e]|['"+]/g,
    (octet) => `+${octet.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
}

/** Reads a list, one character an octet; null where it is of another version. */
export function parseCourierList(text: string): CourierList | null {
  const lines = text.split("\n");
  if (!/^\/[23] \d+(?: \d+)?$/.test(lines[0] ?? "")) return null;

  const uniqueIds = new Map<string, string>();
  let malformed = 0;
  for (const line of lines.slice(1)) {
    if (line === "") continue;
    const match = /^(.+) \d+ (\d{1,20}):(\d{1,20})(?::\d+)?$/.exec(line);
    if (match === null) {
      malformed++;
      continue;
    }
    const base = baseName(match[1]!);
    // Without leading zeros, as a number is printed; they may be larger than a number holds exactly.
    const uid = BigInt(match[2]!);
    const uidValidity = BigInt(match[3]!);
    uniqueIds.set(
      base,
      uid === 0n ? courierNameUniqueId(base) : uidValidity === 0n ? `UID${uid}` : `UID${uid}-${uidValidity}`,
    );
  }
  return { uniqueIds, malformed };
}
