SELECT count(pg_terminate_backend(pid))
  FROM pg_stat_activity
 WHERE application_name = $1
   AND datname = current_database()
   AND pid <> pg_backend_pid()
