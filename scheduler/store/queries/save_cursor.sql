INSERT INTO window_cursors (environment, name, definition, until) VALUES (?, ?, ?, ?)
ON CONFLICT (environment, name) DO UPDATE SET definition = excluded.definition, until = excluded.until
