-- What was withdrawn meanwhile is not sent.
UPDATE notify_deliveries SET state = 'sending', attempts = attempts + 1
WHERE id = ? AND state IN ('pending', 'sending')
  AND NOT EXISTS (SELECT 1 FROM notify_notices AS n WHERE n.id = notice AND n.withdrawn_at IS NOT NULL)
