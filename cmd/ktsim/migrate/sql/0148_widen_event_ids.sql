-- Rewrites the whole table under an exclusive lock: the kind of migration that the
-- guide wants a maintenance window for.
ALTER TABLE events ALTER COLUMN id TYPE bigint;
ALTER TABLE policy_decisions ALTER COLUMN event_id TYPE bigint;
