-- Where writing is, in one look. Counts begin anew when somebody resets them, and when
-- the server starts after a crash, which the archiver's show too. Names are as in
-- largest.sql; a temporary table is nobody's data.
SELECT clock_timestamp(),
       (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END)::text,
       greatest(d.stats_reset, (SELECT stats_reset FROM pg_stat_archiver)),
       d.datid,
       (SELECT coalesce(jsonb_object_agg(CASE WHEN t.schemaname = 'public' THEN t.relname ELSE t.schemaname || '.' || t.relname END,
                                         jsonb_build_object('inserted', t.n_tup_ins, 'updated', t.n_tup_upd, 'deleted', t.n_tup_del)), '{}')
          FROM pg_stat_user_tables t
         WHERE t.schemaname !~ '^pg_temp')
  FROM pg_stat_database d
 WHERE d.datname = current_database()
