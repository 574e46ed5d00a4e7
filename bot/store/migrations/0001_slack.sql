CREATE TABLE slack_inbox (
    id          TEXT PRIMARY KEY,
    received_at INTEGER NOT NULL, -- Unix milliseconds, as all times here
    payload     TEXT NOT NULL,
    done_at     INTEGER
) STRICT;
CREATE INDEX slack_inbox_undone ON slack_inbox (received_at) WHERE done_at IS NULL;

CREATE TABLE slack_outbox (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    key        TEXT UNIQUE, -- NULL for edits
    kind       TEXT NOT NULL,
    lane       TEXT NOT NULL,
    channel    TEXT NOT NULL,
    parent     TEXT,        -- key of the message edited, or of the thread's first
    payload    TEXT NOT NULL,
    state      TEXT NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    next_at    INTEGER NOT NULL,
    ts         TEXT,        -- Slack's, once sent
    done_at    INTEGER
) STRICT;
CREATE INDEX slack_outbox_unsent ON slack_outbox (lane, id) WHERE state IN ('pending', 'unsure');

CREATE TABLE slack_cards (
    run     TEXT PRIMARY KEY,
    channel TEXT NOT NULL,
    seq     INTEGER NOT NULL, -- newest event of the run that the card shows
    told    INTEGER NOT NULL  -- newest event that its thread tells
) STRICT;
