-- A constant default needs no rewrite of the table; an API that does not know the
-- column goes on working.
ALTER TABLE events ADD COLUMN risk_score smallint NOT NULL DEFAULT 0;
