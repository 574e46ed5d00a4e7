SELECT pg_get_userbyid(datdba),
       coalesce(shobj_description(oid, 'pg_database'), ''),
       pg_database_size(oid),
       current_setting('server_version_num')::int
  FROM pg_database
 WHERE datname = $1
