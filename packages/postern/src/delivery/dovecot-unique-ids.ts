// The unique-ids that Dovecot gave out, from the `dovecot-uidlist` of a Maildir. Text in, values out; reads no file.
//
// Dovecot documents the file ("Maildir Mailbox Format"): version 3 begins with `3 V<uidvalidity> N<next> G<guid>`, then a
// line for each message: `<uid> [<letter><value> ...] :<file name>`; version 1 begins with `1 <uidvalidity> <next>` and has
// lines `<uid> <file name>`. `P` holds a unique-id saved from an earlier server, where an empty one stands for the base
// name of the file; `O` the place of the message in POP3's order. Otherwise a unique-id is formed by `pop3_uidl_format`,
// by default `%08Xu%08Xv`: uid and uidvalidity in eight hexadecimal digits each, in lower case.

/** What the list says of one message. */
export interface DovecotEntry {
  readonly uniqueId: string;
  /** The place in POP3's order that Dovecot was told to keep; null: behind those that have one, by uid. */
  readonly order: number | null;
  readonly uid: number;
}

export interface DovecotList {
  /** By base name: the file name up to its `:`. */
  readonly entries: ReadonlyMap<string, DovecotEntry>;
  /** Lines that are none. */
  readonly malformed: number;
}

/** The base name of a Maildir file: without the flags that change while the message stays the same. */
export function baseName(file: string): string {
  const colon = file.indexOf(":");
  return colon === -1 ? file : file.slice(0, colon);
}

/** Dovecot's default form of a unique-id. */
export function dovecotUniqueId(uid: number, uidValidity: number): string {
  return uid.toString(16).padStart(8, "0") + uidValidity.toString(16).padStart(8, "0");
}

/** Reads a list, one character an octet; null where it is of another version or has no uidvalidity. */
export function parseDovecotList(text: string): DovecotList | null {
  const lines = text.split("\n");
  const header = lines[0] ?? "";
  const version = header.split(" ", 1)[0];
  const uidValidity = Number(
    (version === "3" ? / V(\d{1,10})(?= |$)/ : version === "1" ? /^1 (\d{1,10})(?= |$)/ : /(?!)/).exec(header)?.[1],
  );
  if (!isUint32(uidValidity)) return null;

  const entries = new Map<string, DovecotEntry>();
  let malformed = 0;
  for (const line of lines.slice(1)) {
    if (line === "") continue;
    const match = (version === "3" ? /^(\d{1,10})((?: [A-Z][^ ]*)*) :(.+)$/ : /^(\d{1,10})() (.+)$/).exec(line);
    const uid = Number(match?.[1]);
    if (match === null || !isUint32(uid)) {
      malformed++;
      continue;
    }
    const base = baseName(match[3]!);
    const values = new Map(match[2]!.split(" ").map((value) => [value.charAt(0), value.slice(1)]));
    const saved = values.get("P");
    const order = Number(values.get("O") ?? NaN);
    entries.set(base, {
      uniqueId: saved === undefined ? dovecotUniqueId(uid, uidValidity) : saved === "" ? base : saved,
      order: isUint32(order) ? order : null,
      uid,
    });
  }
  return { entries, malformed };
}

/** Orders as Dovecot lists over POP3: those with a place first, then by uid. */
export function compareDovecot(one: DovecotEntry, other: DovecotEntry): number {
  if (one.order !== other.order) {
    if (one.order === null) return 1;
    if (other.order === null) return -1;
    return one.order - other.order;
  }
  return one.uid - other.uid;
}

function isUint32(value: number): boolean {
  return Number.isInteger(value) && value > 0 && value <= 0xffff_ffff;
}
