-- The locks on tables of who holds sqlx's lock $1, and how many migrations are applied.
-- A key of 64 bits is shown in two halves.
WITH here AS MATERIALIZED (
    SELECT *
      FROM pg_locks
     WHERE granted
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
), held AS (
    SELECT DISTINCT relation::bigint AS relation, mode
      FROM here
     WHERE locktype = 'relation'
       AND pid IN (SELECT pid
                     FROM here
                    WHERE locktype = 'advisory'
                      AND (classid::bigint << 32 | objid::bigint) = $1
                      AND objsubid = 1)
)
SELECT (SELECT count(*) FROM _sqlx_migrations)::int,
       coalesce(array_agg(relation), '{}'),
       coalesce(array_agg(mode), '{}')
  FROM held
