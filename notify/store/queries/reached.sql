-- Deliveries that somebody has seen, or may have: each that was tried and not refused.
SELECT count(*) FROM notify_deliveries AS d
JOIN notify_notices AS n ON n.id = d.notice
WHERE n.run = ? AND n.kind = ? AND d.attempts > 0 AND d.state <> 'failed'
