UPDATE notify_notices SET withdrawn_at = ?1
WHERE run = ?2 AND kind = ?3 AND at < ?4 AND withdrawn_at IS NULL
