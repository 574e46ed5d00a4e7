INSERT INTO window_freezes (id, environment, begins, ends, reason, by_id, by_name) VALUES (?, ?, ?, ?, ?, ?, ?)
