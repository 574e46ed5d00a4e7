-- Without pg_read_all_stats the type of other users' sessions is hidden; they
-- are counted, for hiding them would be the worse mistake.
SELECT split_part(current_setting('server_version'), ' ', 1),
       pg_database_size(current_database()),
       (SELECT count(*)
          FROM pg_stat_activity
         WHERE datname = current_database()
           AND pid <> pg_backend_pid()
           AND coalesce(backend_type, 'client backend') = 'client backend')
