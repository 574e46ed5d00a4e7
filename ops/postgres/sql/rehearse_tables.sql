-- The tables that are there before a rehearsal's migrations, as people name them.
SELECT c.oid::bigint,
       CASE WHEN n.nspname = 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END,
       pg_total_relation_size(c.oid)
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'm', 'p')
   AND n.nspname NOT IN ('pg_catalog', 'information_schema')
   AND c.relpersistence <> 't'
   AND (n.nspname, c.relname) <> ('public', '_sqlx_migrations')
