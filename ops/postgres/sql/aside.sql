SELECT d.datname, coalesce(shobj_description(d.oid, 'pg_database'), ''), d.datconnlimit <> -2
  FROM pg_database d
 WHERE d.datname = ANY ($1)
    OR shobj_description(d.oid, 'pg_database') LIKE 'ktops: %'
 ORDER BY 1
