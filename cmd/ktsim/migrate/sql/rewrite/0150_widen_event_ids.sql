-- Writes the whole table anew under an exclusive lock. An API that does not know of it
-- goes on working afterwards.
ALTER TABLE events ALTER COLUMN id TYPE bigint;
