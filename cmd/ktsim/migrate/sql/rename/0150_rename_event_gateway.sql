-- An API that reads the old name cannot go on.
ALTER TABLE events RENAME COLUMN gateway TO gateway_name;
