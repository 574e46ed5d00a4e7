UPDATE notify_deliveries SET state = ?, next_at = ?, error = ?, done_at = ?
WHERE id = ? AND state IN ('pending', 'sending')
