INSERT INTO events (run, seq, kind, at, actor, token, data) VALUES (?, ?, ?, ?, ?, ?, ?)
