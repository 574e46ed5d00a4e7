SELECT payload FROM slack_inbox WHERE done_at IS NULL ORDER BY received_at, id
