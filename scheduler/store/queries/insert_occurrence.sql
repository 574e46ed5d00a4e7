INSERT INTO window_occurrences (environment, name, key, zone, opens, closes, state, does, chores, run, reason, by_id, by_name, owner, began, ended, told)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (environment, name, key) DO NOTHING
