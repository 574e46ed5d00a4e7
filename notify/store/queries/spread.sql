UPDATE notify_notices SET spread_at = ? WHERE id = ? AND spread_at IS NULL AND withdrawn_at IS NULL
