-- The collation's version came with PostgreSQL 15.
SELECT pg_get_userbyid(d.datdba),
       coalesce(shobj_description(d.oid, 'pg_database'), ''),
       pg_database_size(d.oid),
       current_setting('server_version_num')::int,
       coalesce(to_jsonb(d) ->> 'datcollversion', '')
  FROM pg_database d
 WHERE d.datname = $1
