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
 * message.surrogate_octets: of the form for clients without UTF-8, null where the message needs none, -1 where an earlier version took
 * it in and nobody has looked since; maildrop.ascii_octets: the sum of `octets` with those in their place, null where some are still to
 * be counted (`uncounted-surrogates.ts`).
 * message.added_ms: when a message that says it arrived earlier came into this maildrop, null where it arrived here: its retention
 * counts from the later one.
 * account: `scram_sha_1` and `scram_sha_256` are verifiers (RFC 5803's form), `secret` a password in the clear for APOP and CRAM-MD5;
 * null where there is none.
 * policy: a user's own values, null where the site's default counts; -1 days for never. `retention_since_ms`: when the retention was set.
 * site: values of the whole data directory; `secret` is a random key for whatever must look the same in all processes,
 * `policy_version` another number whenever somebody's own policy is another one.
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
  `
  ALTER TABLE message ADD COLUMN surrogate_octets INTEGER DEFAULT -1;
  ALTER TABLE message ADD COLUMN added_ms INTEGER;
  ALTER TABLE maildrop ADD COLUMN ascii_octets INTEGER DEFAULT 0;
  UPDATE maildrop SET ascii_octets = NULL WHERE messages > 0;

  ALTER TABLE account ADD COLUMN scram_sha_1 TEXT;
  ALTER TABLE account ADD COLUMN scram_sha_256 TEXT;
  ALTER TABLE account ADD COLUMN secret TEXT;

  CREATE TABLE policy (
    maildrop INTEGER PRIMARY KEY REFERENCES maildrop (id) ON DELETE CASCADE,
    login_delay_seconds INTEGER,
    retention_days INTEGER,
    retention_since_ms INTEGER,
    last_login_ms INTEGER
  ) STRICT;

  CREATE TABLE site (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
  INSERT INTO site VALUES ('secret', randomblob(32)), ('policy_version', 0);
  CREATE TRIGGER policy_gone AFTER DELETE ON policy BEGIN
    UPDATE site SET value = value + 1 WHERE name = 'policy_version';
  END;
  `,
];

/** The leases, the failed logins of the last minutes, and who is at home where: nothing that must last, so it has a file of its own. */
export const LEASE_TABLES = `
  CREATE TABLE IF NOT EXISTS lease (
    user TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    session INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE IF NOT EXISTS failed_login (
    key TEXT NOT NULL,
    digest TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (key, digest)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE IF NOT EXISTS known_login (pair TEXT PRIMARY KEY, until_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS known_login_until ON known_login (until_ms);
`;
