-- What another store needs to go on in a partition, and what this one got from the store before it.
ALTER TABLE partition_marks ADD COLUMN whole_from_ms REAL NOT NULL DEFAULT -9e999;
ALTER TABLE partition_marks ADD COLUMN hand_over_offset INTEGER;
ALTER TABLE partition_marks ADD COLUMN hand_over_whole_ms REAL NOT NULL DEFAULT -9e999;
-- JSON: [[start of a stretch of event time in ms, oldest offset with a sample in it], …]
ALTER TABLE partition_marks ADD COLUMN first_offsets TEXT NOT NULL DEFAULT '[]';

-- The record read last of a partition, to see after a restart whether the log is still the same one.
CREATE TABLE last_records (
  source      TEXT NOT NULL,
  topic       TEXT NOT NULL,
  partition   INTEGER NOT NULL,
  "offset"    INTEGER NOT NULL,
  fingerprint TEXT NOT NULL,
  PRIMARY KEY (source, topic, partition)
) STRICT, WITHOUT ROWID;
