-- What the databases that we may look into take, and the write-ahead log that filling
-- one may leave.
SELECT coalesce(jsonb_object_agg(datname, pg_database_size(oid)), '{}'),
       pg_size_bytes(current_setting('max_wal_size'))
  FROM pg_database
 WHERE has_database_privilege(oid, 'CONNECT')
