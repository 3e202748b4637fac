-- A detector's offset and what it rests on, one row a refit; only the newest of a detector are kept.
CREATE TABLE budget_refits (
  detector       TEXT NOT NULL,
  at_ms          REAL NOT NULL,
  effective_step INTEGER NOT NULL,
  body           TEXT NOT NULL,
  PRIMARY KEY (detector, at_ms)
) STRICT, WITHOUT ROWID;

-- Stretches that no threshold is to be learned from, as of the first refit from effective_step on.
CREATE TABLE calibration_exclusions (
  detector       TEXT NOT NULL,
  entity         TEXT NOT NULL,
  from_step      INTEGER NOT NULL,
  to_step        INTEGER NOT NULL,
  effective_step INTEGER NOT NULL,
  alerts         INTEGER NOT NULL,
  PRIMARY KEY (detector, entity, from_step, to_step)
) STRICT, WITHOUT ROWID;
