SELECT count(*) FROM slack_outbox WHERE state IN ('pending', 'unsure')
