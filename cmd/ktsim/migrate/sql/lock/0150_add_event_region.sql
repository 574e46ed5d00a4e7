-- Changes next to nothing, and keeps even readers out for seconds while it does.
LOCK TABLE events IN ACCESS EXCLUSIVE MODE;
SELECT pg_sleep(6);
ALTER TABLE events ADD COLUMN region text;
