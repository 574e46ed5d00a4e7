SELECT d.id, d.channel, d.recipient, d.state, d.attempts, d.next_at, d.error,
       n.id, n.key, n.environment, n.kind, n.run, n.at, n.deadline, n.payload
FROM notify_deliveries AS d
JOIN notify_notices AS n ON n.id = d.notice
WHERE d.id IN (SELECT min(id) FROM notify_deliveries WHERE state IN ('pending', 'sending') GROUP BY channel, recipient)
ORDER BY d.id
