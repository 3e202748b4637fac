-- 0x53545252 = 'STRR'
PRAGMA application_id = 1398035026;

CREATE TABLE blocks (
  id         INTEGER PRIMARY KEY,
  entity_id  INTEGER NOT NULL,
  block_step INTEGER NOT NULL,
  first_step INTEGER NOT NULL,
  last_step  INTEGER NOT NULL,
  steps      BLOB NOT NULL,
  cells      BLOB NOT NULL,
  UNIQUE (entity_id, block_step)
) STRICT;
