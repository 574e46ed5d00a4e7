SELECT channel, count(*) FROM notify_deliveries WHERE state IN ('pending', 'sending') GROUP BY channel
