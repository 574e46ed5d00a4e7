UPDATE window_occurrences SET told = 1
WHERE environment = ? AND name = ? AND key = ? AND told = 0
