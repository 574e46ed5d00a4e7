UPDATE notify_deliveries SET state = 'withdrawn', done_at = ?1
WHERE state = 'pending'
  AND notice IN (SELECT id FROM notify_notices WHERE run = ?2 AND kind = ?3 AND at < ?4)
