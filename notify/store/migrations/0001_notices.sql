CREATE TABLE notify_notices (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    key          TEXT NOT NULL UNIQUE,
    environment  TEXT NOT NULL,
    kind         TEXT NOT NULL,
    run          TEXT NOT NULL,
    at           INTEGER NOT NULL, -- Unix milliseconds, as all times here
    deadline     INTEGER NOT NULL,
    payload      TEXT NOT NULL,
    spread_at    INTEGER,          -- when it became deliveries
    withdrawn_at INTEGER
) STRICT;
CREATE INDEX notify_notices_waiting ON notify_notices (at) WHERE spread_at IS NULL AND withdrawn_at IS NULL;
CREATE INDEX notify_notices_run ON notify_notices (run, kind);

CREATE TABLE notify_deliveries (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    notice    INTEGER NOT NULL REFERENCES notify_notices (id) ON DELETE CASCADE,
    channel   TEXT NOT NULL,
    recipient TEXT NOT NULL,
    state     TEXT NOT NULL,
    attempts  INTEGER NOT NULL DEFAULT 0,
    next_at   INTEGER NOT NULL,
    error     TEXT NOT NULL DEFAULT '',
    done_at   INTEGER,
    UNIQUE (notice, channel, recipient)
) STRICT;
CREATE INDEX notify_deliveries_unsent ON notify_deliveries (channel, recipient, id) WHERE state IN ('pending', 'sending');
