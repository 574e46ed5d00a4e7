-- A volatile default is computed for every row, so this rewrites the table again.
ALTER TABLE events ADD COLUMN trace_id uuid NOT NULL DEFAULT gen_random_uuid();
