UPDATE window_occurrences SET owner = ''
WHERE environment = ? AND name = ? AND key = ? AND state = 'open' AND owner = ?
