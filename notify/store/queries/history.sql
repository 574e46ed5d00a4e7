SELECT n.id, n.key, n.environment, n.kind, n.run, n.at, n.deadline, n.payload,
       coalesce(d.channel, ''), coalesce(d.recipient, ''),
       coalesce(d.state, CASE WHEN n.withdrawn_at IS NOT NULL THEN 'withdrawn' WHEN n.spread_at IS NOT NULL THEN 'nobody' ELSE 'waiting' END),
       coalesce(d.attempts, 0), coalesce(d.error, ''), coalesce(d.done_at, 0)
FROM notify_notices AS n
LEFT JOIN notify_deliveries AS d ON d.notice = n.id
WHERE ?1 = '' OR n.environment = ?1
ORDER BY n.id DESC, d.id
LIMIT ?2
