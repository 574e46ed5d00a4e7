DELETE FROM slack_inbox WHERE done_at < ?
