-- Who is in the databases $1. A prepared transaction holds it like a session does. Without
-- pg_read_all_stats the state of other users' sessions is hidden; autovacuum's have
-- no user, and PostgreSQL ends them by itself.
SELECT pid, coalesce(application_name, ''), coalesce(usename, ''), coalesce(host(client_addr), ''), coalesce(state, '')
  FROM pg_stat_activity
 WHERE datname = ANY ($1)
   AND usesysid IS NOT NULL
   AND pid <> pg_backend_pid()
UNION ALL
SELECT 0, 'prepared transaction ' || gid, owner, '', 'prepared ' || to_char(prepared AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"')
  FROM pg_prepared_xacts
 WHERE database = ANY ($1)
 ORDER BY 1
