UPDATE slack_inbox SET done_at = ? WHERE id = ?
