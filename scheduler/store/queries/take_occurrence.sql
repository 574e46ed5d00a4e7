UPDATE window_occurrences
SET owner = ?, beat = beat + 1, began = CASE began WHEN 0 THEN ? ELSE began END
WHERE environment = ? AND name = ? AND key = ? AND state = 'open' AND owner = ? AND beat = ?
