-- What amcheck finds wrong, at most one row a table or index; an index that is not
-- sound is an error of its own.
SELECT count(*) FILTER (WHERE bad IS NOT NULL), count(*), coalesce(min(bad), '')
  FROM (
    SELECT (SELECT h.msg FROM verify_heapam(c.oid) h LIMIT 1) AS bad
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 't', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND c.relpersistence = 'p'
    UNION ALL
    SELECT nullif(bt_index_check(i.indexrelid, true)::text, '')
      FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am am ON am.oid = c.relam JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE am.amname = 'btree' AND c.relkind = 'i' AND i.indisvalid AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND c.relpersistence = 'p'
  ) checked
