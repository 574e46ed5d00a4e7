DELETE FROM notify_notices
WHERE deadline < ?1
  AND NOT EXISTS (SELECT 1 FROM notify_deliveries AS d WHERE d.notice = notify_notices.id AND d.state IN ('pending', 'sending'))
