CREATE TABLE window_occurrences (
    environment TEXT NOT NULL,
    name        TEXT NOT NULL, -- of the window
    key         TEXT NOT NULL, -- the wall-clock start that was meant
    zone        TEXT NOT NULL,
    opens       INTEGER NOT NULL, -- Unix milliseconds, as all times here
    closes      INTEGER NOT NULL,
    state       TEXT NOT NULL,
    does        TEXT NOT NULL, -- the window's chores when it opened
    chores      TEXT NOT NULL, -- what became of them
    run         TEXT NOT NULL DEFAULT '',
    reason      TEXT NOT NULL DEFAULT '',
    by_id       TEXT NOT NULL DEFAULT '',
    by_name     TEXT NOT NULL DEFAULT '',
    owner       TEXT NOT NULL DEFAULT '', -- who works in it; empty: nobody
    beat        INTEGER NOT NULL DEFAULT 0, -- counts the owner's signs of life
    began       INTEGER NOT NULL DEFAULT 0,
    ended       INTEGER NOT NULL DEFAULT 0,
    told        INTEGER NOT NULL DEFAULT 0, -- 1 once people were told what went wrong, or need not be
    PRIMARY KEY (environment, name, key)
) STRICT;
CREATE INDEX window_occurrences_newest ON window_occurrences (opens);
CREATE INDEX window_occurrences_open ON window_occurrences (environment) WHERE state = 'open';
CREATE INDEX window_occurrences_untold ON window_occurrences (opens) WHERE told = 0 AND state IN ('failed', 'missed');

CREATE TRIGGER window_occurrences_kept BEFORE DELETE ON window_occurrences
BEGIN SELECT raise(ABORT, 'occurrences are never deleted'); END;

CREATE TRIGGER window_occurrences_settled BEFORE UPDATE ON window_occurrences
WHEN old.state <> 'open' AND (new.told < old.told OR
    (new.state, new.chores, new.reason, new.run, new.owner, new.began, new.ended, new.opens, new.closes, new.by_id)
    IS NOT (old.state, old.chores, old.reason, old.run, old.owner, old.began, old.ended, old.opens, old.closes, old.by_id))
BEGIN SELECT raise(ABORT, 'occurrences that ended are never changed'); END;

CREATE TABLE window_cursors (
    environment TEXT NOT NULL,
    name        TEXT NOT NULL,
    definition  TEXT NOT NULL, -- cron and zone: another one begins anew
    until       INTEGER NOT NULL, -- openings up to here were considered
    PRIMARY KEY (environment, name)
) STRICT;

CREATE TABLE window_proposals (
    environment TEXT NOT NULL,
    name        TEXT NOT NULL,
    key         TEXT NOT NULL,
    target      TEXT NOT NULL,
    owner       TEXT NOT NULL, -- who is proposing it; empty: nobody any more
    run         TEXT NOT NULL DEFAULT '',
    refusal     TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (environment, name, key, target)
) STRICT;

CREATE TABLE window_freezes (
    id          TEXT PRIMARY KEY,
    environment TEXT NOT NULL,
    begins      INTEGER NOT NULL,
    ends        INTEGER NOT NULL,
    reason      TEXT NOT NULL,
    by_id       TEXT NOT NULL,
    by_name     TEXT NOT NULL,
    lifted_at   INTEGER NOT NULL DEFAULT 0,
    lifted_by   TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX window_freezes_standing ON window_freezes (ends) WHERE lifted_at = 0;
