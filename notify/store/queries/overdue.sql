SELECT d.id, d.channel, d.recipient, d.state, d.attempts, d.next_at, d.error,
       n.id, n.key, n.environment, n.kind, n.run, n.at, n.deadline, n.payload
FROM notify_deliveries AS d
JOIN notify_notices AS n ON n.id = d.notice
WHERE d.state IN ('pending', 'sending') AND n.deadline <= ?
ORDER BY d.id
LIMIT 100
