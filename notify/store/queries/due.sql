SELECT id, key, environment, kind, run, at, deadline, payload
FROM notify_notices
WHERE spread_at IS NULL AND withdrawn_at IS NULL AND at <= ?
ORDER BY at, id
LIMIT 100
