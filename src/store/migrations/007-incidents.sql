-- Alerts told as one. The body is the incident as its last change left it; waiting and firing ones are open.
CREATE TABLE incidents (
  sequence  INTEGER PRIMARY KEY,
  id        TEXT NOT NULL UNIQUE,
  detector  TEXT NOT NULL,
  state     TEXT NOT NULL,
  deliver   INTEGER NOT NULL,
  step_ms   INTEGER NOT NULL,
  opened_ms REAL NOT NULL,
  body      TEXT NOT NULL
) STRICT;
CREATE INDEX incidents_by_time ON incidents (detector, opened_ms);
CREATE INDEX incidents_open ON incidents (state) WHERE state <> 'resolved';

-- An alert that people are told of after all leaves the incident that was only on record.
CREATE TABLE incident_members (
  alert_id    TEXT PRIMARY KEY,
  incident_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX incident_members_by_incident ON incident_members (incident_id);

-- What people were told before there were incidents is ended under the key that they know.
INSERT INTO incidents (id, detector, state, deliver, step_ms, opened_ms, body)
  SELECT id, detector, 'firing', 1, step_ms, json_extract(body, '$.firedStep') * step_ms, json_object(
    'id', id, 'detector', detector, 'entity', entity, 'group', json_object(), 'deliver', json('true'),
    'state', 'firing', 'openedStep', json_extract(body, '$.firedStep'), 'newestStep', json_extract(body, '$.firedStep'),
    'resolvedStep', NULL, 'alerts', 1, 'firing', 1, 'dueMs', NULL, 'told', 1, 'toldAlerts', 1, 'toldAtMs', 0)
  FROM alerts WHERE state = 'firing' AND delivered = 1;
INSERT INTO incident_members (alert_id, incident_id) SELECT id, id FROM incidents;
