DELETE FROM slack_outbox
WHERE id = ?1 AND kind = 'update'
  AND (state IN ('sent', 'dropped')
       OR (state = 'pending' AND EXISTS (SELECT 1 FROM slack_outbox AS newer WHERE newer.lane = slack_outbox.lane AND newer.id > ?1)))
