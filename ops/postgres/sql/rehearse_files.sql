-- Each table's file, which is another one after the table was written anew, and how many
-- migrations are applied, both of the same moment.
SELECT (SELECT count(*) FROM _sqlx_migrations)::int,
       coalesce(array_agg(oid::bigint), '{}'),
       coalesce(array_agg(relfilenode::bigint), '{}')
  FROM pg_class
 WHERE relkind IN ('r', 'm')
