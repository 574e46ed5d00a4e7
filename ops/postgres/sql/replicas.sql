-- A user who may not see more sees that there are replicas, and nothing of them.
SELECT coalesce(nullif(application_name, ''), host(client_addr), 'without a name'),
       coalesce(state, 'not to be seen by this user'),
       coalesce(sync_state IN ('sync', 'quorum'), false),
       coalesce(CASE WHEN NOT pg_is_in_recovery() THEN pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn) END, 0)::bigint
FROM pg_stat_replication
WHERE state IS DISTINCT FROM 'backup'
ORDER BY 1
