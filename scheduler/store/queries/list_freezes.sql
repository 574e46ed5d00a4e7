SELECT id, environment, begins, ends, reason, by_id, by_name
FROM window_freezes
WHERE lifted_at = 0 AND ends > ?
ORDER BY begins, id
