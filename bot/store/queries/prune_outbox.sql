-- What a card or an unsent reply hangs on stays.
DELETE FROM slack_outbox
WHERE done_at < ?1
  AND NOT EXISTS (SELECT 1 FROM slack_cards WHERE 'card/' || run = slack_outbox.key)
  AND NOT EXISTS (SELECT 1 FROM slack_outbox AS child WHERE child.parent = slack_outbox.key AND child.done_at IS NULL)
