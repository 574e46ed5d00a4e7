-- A role or database may have limits for its queries, of which a copy is none. A
-- server that misses its client (PostgreSQL 14) stops a copy that nobody waits for.
SELECT set_config(name, CASE name WHEN 'client_connection_check_interval' THEN '1s' WHEN 'default_transaction_read_only' THEN 'off' ELSE '0' END, false)
  FROM pg_settings
 WHERE name IN ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'idle_session_timeout',
                'transaction_timeout', 'client_connection_check_interval', 'default_transaction_read_only')
