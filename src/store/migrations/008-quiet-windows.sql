-- Mutes, maintenance, and what Alertmanagers hold as silences.
CREATE TABLE quiet_windows (
  id       TEXT PRIMARY KEY,
  kind     TEXT NOT NULL,
  until_ms REAL NOT NULL,
  body     TEXT NOT NULL
) STRICT, WITHOUT ROWID;
