SELECT m.id, coalesce(m.key, ''), m.kind, m.channel, coalesce(m.parent, ''), coalesce(p.ts, ''),
       m.payload, m.state, m.attempts, m.created_at, m.next_at
FROM slack_outbox AS m
LEFT JOIN slack_outbox AS p ON p.key = m.parent
WHERE m.id IN (SELECT min(id) FROM slack_outbox WHERE state IN ('pending', 'unsure') GROUP BY lane)
  AND (m.parent IS NULL OR p.id IS NULL OR p.state IN ('sent', 'dropped'))
ORDER BY m.id
