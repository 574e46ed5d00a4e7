SELECT now(), current_setting('archive_mode'),
       coalesce(current_setting('archive_library', true), '') <> ''
           OR current_setting('archive_command') NOT IN ('', '(disabled)'),
       last_archived_time, last_failed_time, failed_count
FROM pg_stat_archiver
