UPDATE slack_outbox
SET kind = ?, lane = ?, payload = ?, state = ?, attempts = ?, next_at = ?, ts = ?, done_at = ?
WHERE id = ?
