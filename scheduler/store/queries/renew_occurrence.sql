UPDATE window_occurrences SET beat = beat + 1
WHERE environment = ? AND name = ? AND key = ? AND state = 'open' AND owner = ?
