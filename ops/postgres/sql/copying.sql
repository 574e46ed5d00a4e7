SELECT p.relid::regclass::text
  FROM pg_stat_progress_copy p
  JOIN pg_stat_activity a USING (pid)
 WHERE a.application_name = $1
   AND p.datname = current_database()
