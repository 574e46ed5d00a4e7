SELECT coalesce(min(at), 0) FROM notify_notices WHERE spread_at IS NULL AND withdrawn_at IS NULL
