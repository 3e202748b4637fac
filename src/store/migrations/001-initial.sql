-- 0x53545244 = 'STRD': tells a store of strayd from any other program's database.
PRAGMA application_id = 1398035012;

CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One row a detector and list of features: kept rows are only ever read with the list they were written with.
CREATE TABLE feature_sets (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  detector    TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  features    TEXT NOT NULL,
  step_ms     INTEGER NOT NULL,
  newest_ms   REAL,
  UNIQUE (detector, fingerprint)
) STRICT;

CREATE TABLE entity_ids (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  feature_set_id INTEGER NOT NULL REFERENCES feature_sets (id),
  entity         TEXT NOT NULL,
  forgotten_ms   REAL,
  UNIQUE (feature_set_id, entity)
) STRICT;

CREATE TABLE entities (
  entity_id        INTEGER PRIMARY KEY REFERENCES entity_ids (id),
  labels           TEXT NOT NULL,
  cohort           TEXT NOT NULL,
  last_closed_step REAL NOT NULL,
  clock_ms         REAL NOT NULL,
  partitions       TEXT NOT NULL,
  state            BLOB NOT NULL
) STRICT;

-- The newest steps of an entity, one row each; at most one chunk's worth.
CREATE TABLE tail_steps (
  entity_id INTEGER NOT NULL,
  step      INTEGER NOT NULL,
  cells     BLOB NOT NULL,
  PRIMARY KEY (entity_id, step)
) STRICT, WITHOUT ROWID;

-- Up to 32 steps an entity; eight of them make a block, which then leaves for a recent file.
CREATE TABLE chunks (
  id         INTEGER PRIMARY KEY,
  entity_id  INTEGER NOT NULL,
  first_step INTEGER NOT NULL,
  last_step  INTEGER NOT NULL,
  steps      BLOB NOT NULL,
  cells      BLOB NOT NULL,
  UNIQUE (entity_id, first_step)
) STRICT;

-- Blocks that get no more steps and wait to be copied to their recent file.
CREATE TABLE full_blocks (
  entity_id  INTEGER NOT NULL,
  block_step INTEGER NOT NULL,
  PRIMARY KEY (entity_id, block_step)
) STRICT, WITHOUT ROWID;

CREATE TABLE reservoir (
  id           INTEGER PRIMARY KEY,
  entity_id    INTEGER NOT NULL,
  block_step   INTEGER NOT NULL,
  hour_of_week INTEGER NOT NULL,
  first_step   INTEGER NOT NULL,
  last_step    INTEGER NOT NULL,
  cell_count   INTEGER NOT NULL,
  steps        BLOB NOT NULL,
  cells        BLOB NOT NULL,
  UNIQUE (entity_id, block_step)
) STRICT;

CREATE TABLE partition_marks (
  source       TEXT NOT NULL,
  topic        TEXT NOT NULL,
  partition    INTEGER NOT NULL,
  low_offset   INTEGER NOT NULL,
  next_offset  INTEGER NOT NULL,
  watermark_ms REAL NOT NULL,
  idle         INTEGER NOT NULL,
  PRIMARY KEY (source, topic, partition)
) STRICT, WITHOUT ROWID;

CREATE TABLE calibrations (
  entity_id     INTEGER NOT NULL,
  model_version TEXT NOT NULL,
  up_to_step    REAL NOT NULL,
  bytes         BLOB NOT NULL,
  PRIMARY KEY (entity_id, model_version)
) STRICT;

CREATE TABLE activations (
  detector       TEXT NOT NULL,
  effective_step INTEGER NOT NULL,
  version        TEXT NOT NULL,
  PRIMARY KEY (detector, effective_step)
) STRICT, WITHOUT ROWID;

CREATE TABLE alerts (
  id         TEXT NOT NULL UNIQUE,
  detector   TEXT NOT NULL,
  entity     TEXT NOT NULL,
  state      TEXT NOT NULL,
  label      TEXT,
  delivered  INTEGER NOT NULL DEFAULT 0,
  step_ms    INTEGER NOT NULL,
  started_ms REAL NOT NULL,
  body       TEXT NOT NULL
) STRICT;
CREATE INDEX alerts_by_start ON alerts (started_ms);
CREATE INDEX alerts_by_entity ON alerts (detector, entity, started_ms);
CREATE INDEX alerts_open ON alerts (state) WHERE state IN ('pending', 'firing');

CREATE TABLE alert_transitions (
  alert_id   TEXT NOT NULL,
  to_state   TEXT NOT NULL,
  from_state TEXT,
  step       INTEGER NOT NULL,
  detector   TEXT NOT NULL,
  entity     TEXT NOT NULL,
  kind       TEXT NOT NULL,
  at_ms      REAL NOT NULL,
  PRIMARY KEY (alert_id, step, to_state)
) STRICT, WITHOUT ROWID;
CREATE INDEX alert_transitions_by_time ON alert_transitions (at_ms);

CREATE TABLE notifications (
  alert_id TEXT NOT NULL,
  event    TEXT NOT NULL,
  detector TEXT NOT NULL,
  entity   TEXT NOT NULL,
  at_ms    REAL NOT NULL,
  deliver  INTEGER NOT NULL,
  PRIMARY KEY (alert_id, event)
) STRICT, WITHOUT ROWID;
CREATE INDEX notifications_by_time ON notifications (at_ms);

CREATE TABLE outbox (
  sequence        INTEGER PRIMARY KEY,
  id              TEXT NOT NULL UNIQUE,
  channel         TEXT NOT NULL,
  alert_id        TEXT NOT NULL,
  idempotency_key TEXT NOT NULL UNIQUE,
  body            TEXT NOT NULL,
  created_ms      REAL NOT NULL,
  attempts        INTEGER NOT NULL DEFAULT 0,
  next_attempt_ms REAL NOT NULL,
  status          TEXT NOT NULL DEFAULT 'pending',
  last_error      TEXT,
  delivered_ms    REAL
) STRICT;
CREATE INDEX outbox_pending ON outbox (channel, sequence) WHERE status = 'pending';

CREATE TABLE dead_letters (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  source    TEXT NOT NULL,
  topic     TEXT NOT NULL,
  partition INTEGER NOT NULL,
  "offset"  INTEGER NOT NULL,
  reason    TEXT NOT NULL,
  detail    TEXT NOT NULL,
  bytes     BLOB NOT NULL,
  UNIQUE (source, topic, partition, "offset", reason, detail)
) STRICT;

CREATE TABLE models (
  detector        TEXT NOT NULL,
  version         TEXT NOT NULL,
  path            TEXT NOT NULL,
  sha256          TEXT NOT NULL,
  card            TEXT NOT NULL,
  status          TEXT NOT NULL,
  effective_step  INTEGER,
  created_ms      REAL NOT NULL,
  UNIQUE (detector, version)
) STRICT;

CREATE TABLE training_runs (
  id         INTEGER PRIMARY KEY,
  detector   TEXT NOT NULL,
  started_ms REAL NOT NULL,
  ended_ms   REAL NOT NULL,
  outcome    TEXT NOT NULL,
  detail     TEXT NOT NULL,
  UNIQUE (detector, started_ms)
) STRICT;
