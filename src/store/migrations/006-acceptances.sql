-- People's word that what began within some steps is a new normal; entity NULL: of all that match.
CREATE TABLE acceptances (
  id             INTEGER PRIMARY KEY,
  detector       TEXT NOT NULL,
  entity         TEXT,
  matchers       TEXT NOT NULL,
  from_step      INTEGER NOT NULL,
  to_step        INTEGER NOT NULL,
  effective_step INTEGER NOT NULL
) STRICT;
CREATE INDEX acceptances_by_detector ON acceptances (detector, effective_step);
