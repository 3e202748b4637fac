-- A detector's offset and what it rests on, one row a refit; only the newest of a detector are kept.
CREATE TABLE budget_refits (
  detector       TEXT NOT NULL,
  at_ms          REAL NOT NULL,
  effective_step INTEGER NOT NULL,
  body           TEXT NOT NULL,
  PRIMARY KEY (detector, at_ms)
) STRICT, WITHOUT ROWID;
