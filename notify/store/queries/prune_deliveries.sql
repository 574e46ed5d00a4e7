DELETE FROM notify_deliveries
WHERE notice IN (
    SELECT n.id FROM notify_notices AS n WHERE n.deadline < ?1
    AND NOT EXISTS (SELECT 1 FROM notify_deliveries AS d WHERE d.notice = n.id AND d.state IN ('pending', 'sending')))
