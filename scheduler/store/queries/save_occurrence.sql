UPDATE window_occurrences SET state = ?, chores = ?, run = ?, reason = ?, ended = ?, told = ?
WHERE environment = ? AND name = ? AND key = ? AND state = 'open' AND owner = ?
