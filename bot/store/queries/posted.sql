SELECT coalesce(ts, '') FROM slack_outbox WHERE key = ? AND state = 'sent'
