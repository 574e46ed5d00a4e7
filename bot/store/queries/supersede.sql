DELETE FROM slack_outbox WHERE lane = ? AND kind = 'update' AND state = 'pending'
