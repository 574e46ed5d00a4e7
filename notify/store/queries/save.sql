-- What was withdrawn while it was being sent is not sent again.
UPDATE notify_deliveries
SET state = CASE
        WHEN ?1 = 'pending' AND EXISTS (SELECT 1 FROM notify_notices AS n WHERE n.id = notice AND n.withdrawn_at IS NOT NULL)
        THEN 'withdrawn' ELSE ?1 END,
    next_at = ?2, error = ?3, done_at = ?4
WHERE id = ?5 AND state IN ('pending', 'sending')
