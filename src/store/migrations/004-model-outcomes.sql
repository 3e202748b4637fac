-- Why a version has its status; empty where the status says it all.
ALTER TABLE models ADD COLUMN reason TEXT NOT NULL DEFAULT '';

-- Set where an activation took a version back: by hand, or because its trial broke the budget.
ALTER TABLE activations ADD COLUMN rolled_back_from TEXT;
ALTER TABLE activations ADD COLUMN reason TEXT NOT NULL DEFAULT '';

-- Paths were absolute: a store that moved lost its models. Now they are relative to the store's directory.
UPDATE models SET path = 'models/' || detector || '-' || version || '.model'
  WHERE path LIKE '%/models/' || detector || '-' || version || '.model';
