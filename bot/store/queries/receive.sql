INSERT INTO slack_inbox (id, received_at, payload) VALUES (?, ?, ?)
ON CONFLICT (id) DO NOTHING
