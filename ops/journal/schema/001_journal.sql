CREATE TABLE schema_version (
    version    INTEGER PRIMARY KEY,
    applied_at TEXT NOT NULL
) STRICT;

-- A projection of the events, written with them: it makes one exclusive run an
-- environment a constraint, and lists cheap. An open run has not ended; it is
-- exclusive unless it waits for its window. number is the order of proposal.
CREATE TABLE runs (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    id          TEXT NOT NULL UNIQUE,
    environment TEXT NOT NULL,
    state       TEXT NOT NULL,
    open        INTEGER NOT NULL CHECK (open IN (0, 1)),
    exclusive   INTEGER NOT NULL CHECK (exclusive IN (0, 1)),
    proposed_at TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX runs_one_exclusive_per_environment ON runs (environment) WHERE exclusive = 1;

-- The truth. data is the whole event as JSON; the columns before it are for
-- people who read the audit trail with SQL.
CREATE TABLE events (
    run   TEXT NOT NULL REFERENCES runs (id),
    seq   INTEGER NOT NULL CHECK (seq > 0),
    kind  TEXT NOT NULL,
    at    TEXT NOT NULL,
    actor TEXT NOT NULL,
    token INTEGER NOT NULL,
    data  TEXT NOT NULL CHECK (json_valid(data)),
    PRIMARY KEY (run, seq)
) STRICT;

CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
BEGIN
    SELECT RAISE(ABORT, 'events are never changed');
END;

CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events
BEGIN
    SELECT RAISE(ABORT, 'events are never deleted');
END;

-- Also against INSERT OR REPLACE, which deletes without asking the trigger above
-- unless recursive_triggers is on.
CREATE TRIGGER events_follow_each_other BEFORE INSERT ON events
WHEN NEW.seq <> 1 + (SELECT COALESCE(MAX(seq), 0) FROM events WHERE run = NEW.run)
BEGIN
    SELECT RAISE(ABORT, 'events are appended without gaps');
END;

CREATE TRIGGER runs_are_never_deleted BEFORE DELETE ON runs
BEGIN
    SELECT RAISE(ABORT, 'runs are never deleted');
END;

-- A row stays when its lease ends, so that tokens grow for ever. No owner: free.
CREATE TABLE leases (
    environment TEXT PRIMARY KEY,
    owner       TEXT NOT NULL,
    token       INTEGER NOT NULL,
    expires     TEXT NOT NULL
) STRICT;
