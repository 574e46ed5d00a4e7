-- What was withdrawn while it was being sent is not sent again.
UPDATE notify_deliveries
SET state = CASE
        WHEN ?1 = 'pending' AND EXISTS (SELECT 1 FROM notify_notices AS n WHERE n.id = notice AND n.withdrawn_at IS NOT NULL)
        THEN 'withdrawn' ELSE ?1 END,
    attempts = ?2, next_at = ?3, error = ?4, done_at = ?5
WHERE id = ?6 AND state IN ('pending', 'sending')
