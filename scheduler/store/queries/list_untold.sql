SELECT environment, name, key, zone, opens, closes, state, does, chores, run, reason, by_id, by_name, owner, beat, began, ended
FROM window_occurrences
WHERE told = 0 AND state IN ('failed', 'missed')
ORDER BY opens
