INSERT INTO notify_deliveries (notice, channel, recipient, state, next_at)
VALUES (?, ?, ?, 'pending', ?)
ON CONFLICT (notice, channel, recipient) DO NOTHING
