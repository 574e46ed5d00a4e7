SELECT data FROM events WHERE run = ? AND seq > ? ORDER BY seq
