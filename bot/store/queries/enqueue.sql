INSERT INTO slack_outbox (key, kind, lane, channel, parent, payload, state, created_at, next_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (key) DO NOTHING
