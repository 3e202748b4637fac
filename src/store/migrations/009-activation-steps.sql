-- A step's number means a time only with the step's length, which a detector may change. Unknown where it had several before.
ALTER TABLE activations ADD COLUMN step_ms INTEGER;
UPDATE activations SET step_ms = (
  SELECT min(step_ms) FROM feature_sets WHERE feature_sets.detector = activations.detector
  HAVING count(DISTINCT step_ms) = 1);

ALTER TABLE models ADD COLUMN step_ms INTEGER;
UPDATE models SET step_ms = (
  SELECT min(step_ms) FROM feature_sets WHERE feature_sets.detector = models.detector
  HAVING count(DISTINCT step_ms) = 1)
  WHERE effective_step IS NOT NULL;
