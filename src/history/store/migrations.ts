/**
 * The steps from an empty file to today's tables; PRAGMA user_version says how many have been made. A step that was once published
 * is never changed: stored files of each version are opened by the tests.
 */
export const migrations: readonly string[] = Object.freeze([
  `
  -- What a series is of. Channels by name, so that a file of another release can still be read.
  CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    identity TEXT NOT NULL,
    channels TEXT NOT NULL,
    about TEXT NOT NULL,
    first_s INTEGER NOT NULL,
    last_s INTEGER NOT NULL,
    UNIQUE (kind, identity, channels)
  );
  -- Seconds that are not in blocks yet: what a crash may leave.
  CREATE TABLE second (at_s INTEGER PRIMARY KEY, series_rows BLOB NOT NULL);
  -- 60 rows of one series; level 0: of a second, 1: of ten seconds, 2: of a minute.
  CREATE TABLE block (
    level INTEGER NOT NULL,
    start_s INTEGER NOT NULL,
    series INTEGER NOT NULL,
    columns BLOB NOT NULL,
    PRIMARY KEY (level, series, start_s)
  ) WITHOUT ROWID;
  CREATE INDEX block_by_time ON block (level, start_s);
  CREATE TABLE incident (
    id TEXT PRIMARY KEY,
    opened_ms INTEGER NOT NULL,
    closed_ms INTEGER,
    updated_ms INTEGER NOT NULL,
    worst_ms INTEGER NOT NULL,
    finding TEXT NOT NULL,
    severity TEXT NOT NULL,
    namespace TEXT NOT NULL,
    subject TEXT NOT NULL,
    title TEXT NOT NULL,
    -- Deflated JSON: the report at the worst moment, peers, kernel log.
    detail BLOB NOT NULL
  );
  CREATE INDEX incident_by_time ON incident (opened_ms);
  CREATE TABLE black_box (incident TEXT PRIMARY KEY, from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL, pcapng BLOB NOT NULL);
  `,
]);
