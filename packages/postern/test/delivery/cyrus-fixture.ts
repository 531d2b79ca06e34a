// Makes a `cyrus.index` as Cyrus writes it, of two of its versions.

export interface FixtureRecord {
  readonly uid: number;
  readonly arrivedSeconds: number;
  readonly expunged?: boolean;
}

export interface FixtureIndex {
  readonly version: 17 | 20;
  readonly uidValidity: number;
  readonly shortUniqueIds?: boolean;
  readonly records: readonly FixtureRecord[];
}

export function cyrusIndex({ version, uidValidity, shortUniqueIds, records }: FixtureIndex): Buffer {
  const [headerOctets, recordOctets] = version === 17 ? [160, 112] : [160, 144];
  const index = Buffer.alloc(headerOctets + recordOctets * records.length);
  index.writeUInt32BE(version, 8);
  index.writeUInt32BE(headerOctets, 12);
  index.writeUInt32BE(recordOctets, 16);
  index.writeUInt32BE(records.length, 20);
  index.writeUInt32BE(uidValidity, version === 17 ? 44 : 92);
  index.writeUInt32BE(shortUniqueIds === true ? 0 : 1, version === 17 ? 60 : 64);
  for (const [position, { uid, arrivedSeconds, expunged }] of records.entries()) {
    const at = headerOctets + recordOctets * position;
    index.writeUInt32BE(uid, at);
    if (version === 17) index.writeUInt32BE(arrivedSeconds, at + 4);
    else index.writeBigUInt64BE(BigInt(arrivedSeconds) * 1_000_000_000n, at + 8);
    index.writeUInt32BE(expunged === true ? 0x8000_0010 : 0x10, at + (version === 17 ? 32 : 36));
  }
  return index;
}
