// What a Cyrus folder's `cyrus.index` tells about its messages: uidvalidity, which are expunged, when they arrived.
// Octets in, values out; reads no file.
//
// As Cyrus' imap/mailbox.h lays it out: all numbers big-endian; a header that says its own size and that of the records
// behind it; records with the uid first. Versions 9 to 19 have one layout of what is read here, version 20 another.

export interface CyrusRecord {
  /** Deleted already: the file may still be there, because Cyrus removes it later. */
  readonly expunged: boolean;
  readonly arrivedMs: number;
}

export interface CyrusIndex {
  readonly uidValidity: number;
  /** Whether POP3 unique-ids have the uidvalidity in them; folders made long ago have the uid alone. */
  readonly longUniqueIds: boolean;
  readonly records: ReadonlyMap<number, CyrusRecord>;
}

interface Layout {
  readonly leastHeaderOctets: number;
  readonly leastRecordOctets: number;
  readonly uidValidityAt: number;
  readonly optionsAt: number;
  readonly systemFlagsAt: number;
  arrivedMs(record: DataView): number;
}

const layout9: Layout = {
  leastHeaderOctets: 96,
  leastRecordOctets: 80,
  uidValidityAt: 44,
  optionsAt: 60,
  systemFlagsAt: 32,
  arrivedMs: (record) => record.getUint32(4) * 1000,
};

const layout20: Layout = {
  leastHeaderOctets: 128,
  leastRecordOctets: 104,
  uidValidityAt: 92,
  optionsAt: 64,
  systemFlagsAt: 36,
  arrivedMs: (record) => Number(record.getBigUint64(8) / 1_000_000n),
};

const unlinkedOrExpunged = 0xc000_0000;
const longUniqueIdsOption = 1;

/** Reads an index; null where it is of an unknown version or damaged. */
export function parseCyrusIndex(octets: Uint8Array): CyrusIndex | null {
  if (octets.length < 96) return null;
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  const version = view.getUint32(8);
  const layout = version >= 9 && version <= 19 ? layout9 : version === 20 ? layout20 : null;
  const headerOctets = view.getUint32(12);
  const recordOctets = view.getUint32(16);
  if (
    layout === null ||
    headerOctets < layout.leastHeaderOctets ||
    recordOctets < layout.leastRecordOctets ||
    headerOctets > octets.length
  ) {
    return null;
  }
  const uidValidity = view.getUint32(layout.uidValidityAt);
  if (uidValidity === 0) return null;

  const records = new Map<number, CyrusRecord>();
  // The header's count is behind while Cyrus is adding messages; what is there whole counts.
  for (let at = headerOctets; at + recordOctets <= octets.length; at += recordOctets) {
    const record = new DataView(octets.buffer, octets.byteOffset + at, recordOctets);
    records.set(record.getUint32(0), {
      expunged: (record.getUint32(layout.systemFlagsAt) & unlinkedOrExpunged) !== 0,
      arrivedMs: layout.arrivedMs(record),
    });
  }
  return {
    uidValidity,
    longUniqueIds: (view.getUint32(layout.optionsAt) & longUniqueIdsOption) !== 0,
    records,
  };
}
