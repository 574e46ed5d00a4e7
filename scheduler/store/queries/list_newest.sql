SELECT environment, name, key, zone, opens, closes, state, does, chores, run, reason, by_id, by_name, owner, beat, began, ended
FROM window_occurrences
WHERE (?1 = '' OR environment = ?1) AND opens <= ?2
ORDER BY opens DESC, environment, name, key
LIMIT ?3
