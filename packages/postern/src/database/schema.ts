// The tables of a data directory, and the steps from each earlier form of them to the present one.
// The one place where a table is made or changed; what the rows mean is for the rooms above.

/** Marks a database file as ours (PRAGMA application_id): "Pstn". */
export const APPLICATION_ID = 0x50_73_74_6e;

/** Octets of a page. Measured: larger pages make a delivery of a small message slower, smaller ones the reading of a large one. */
export const PAGE_OCTETS = 8_192;

/**
 * `MIGRATIONS[n]` leads from version n to n + 1; a new database passes through all of them. Once released, a step never changes.
 * maildrop: one row a user; `messages` and `octets` are kept current, so that a session which only polls reads one row.
 * message: one row a message, without its octets; `body` names those. `unique_id` is null where it follows from prefix and sequence.
 * body_chunk: wire form in pieces; `id` is body × 65,536 + piece.
 * loose_body: bodies that belong to no message: on their way in (with their holder), or to be removed (without one).
 * used_unique_id, imported: what was ever kept or imported, so that it is never taken twice.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE maildrop (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user TEXT NOT NULL UNIQUE,
    prefix TEXT NOT NULL DEFAULT (lower(hex(randomblob(6)))),
    next_sequence INTEGER NOT NULL DEFAULT 1,
    messages INTEGER NOT NULL DEFAULT 0,
    octets INTEGER NOT NULL DEFAULT 0
  ) STRICT;

  CREATE TABLE message (
    maildrop INTEGER NOT NULL REFERENCES maildrop (id) ON DELETE CASCADE,
    sequence INTEGER NOT NULL,
    body INTEGER NOT NULL,
    octets INTEGER NOT NULL,
    wire_octets INTEGER NOT NULL,
    header_octets INTEGER NOT NULL,
    needs_utf8 INTEGER NOT NULL,
    arrived_ms INTEGER NOT NULL,
    unique_id TEXT,
    PRIMARY KEY (maildrop, sequence)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE body_chunk (id INTEGER PRIMARY KEY, octets BLOB NOT NULL) STRICT;
  CREATE TABLE loose_body (body INTEGER PRIMARY KEY, holder TEXT) STRICT;
  CREATE TABLE body_counter (next INTEGER NOT NULL) STRICT;
  INSERT INTO body_counter VALUES (1);

  CREATE TABLE used_unique_id (
    maildrop INTEGER NOT NULL REFERENCES maildrop (id) ON DELETE CASCADE,
    unique_id TEXT NOT NULL,
    PRIMARY KEY (maildrop, unique_id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE imported (
    maildrop INTEGER NOT NULL REFERENCES maildrop (id) ON DELETE CASCADE,
    source_digest BLOB NOT NULL,
    PRIMARY KEY (maildrop, source_digest)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE account (
    maildrop INTEGER PRIMARY KEY REFERENCES maildrop (id) ON DELETE CASCADE,
    password_hash TEXT NOT NULL,
    enabled INTEGER NOT NULL DEFAULT 1,
    created_ms INTEGER NOT NULL
  ) STRICT;
  `,
];

/** The leases: worth nothing after a restart, so they have a file of their own. */
export const LEASE_TABLES = `
  CREATE TABLE IF NOT EXISTS lease (
    user TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    session INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
`;
