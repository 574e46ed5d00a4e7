INSERT INTO slack_cards (run, channel, seq, told) VALUES (?, ?, ?, ?)
ON CONFLICT (run) DO UPDATE SET seq = excluded.seq, told = excluded.told
