SELECT environment, name, key, zone, opens, closes, state, does, chores, run, reason, by_id, by_name, owner, beat, began, ended
FROM window_occurrences
WHERE environment = ?1 AND (closes > ?2 OR state = 'open')
ORDER BY opens, name
