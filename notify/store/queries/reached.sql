-- Deliveries that were, or may have been, seen by somebody.
SELECT count(*) FROM notify_deliveries AS d
JOIN notify_notices AS n ON n.id = d.notice
WHERE n.run = ? AND n.kind = ? AND (d.state IN ('sent', 'sending') OR (d.attempts > 0 AND d.state <> 'failed'))
