-- Rewrites the whole table under an exclusive lock: the kind of migration that the
-- guide wants a maintenance window for. One statement, for each would write the table
-- anew: a new type does, and so does a default that is computed for every row.
ALTER TABLE events
    ALTER COLUMN id TYPE bigint,
    ADD COLUMN trace_id uuid NOT NULL DEFAULT gen_random_uuid();
ALTER TABLE policy_decisions ALTER COLUMN event_id TYPE bigint;
