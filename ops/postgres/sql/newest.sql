-- The queries for the newest time in each of the tables $1: by the last entry of an
-- index that such a column leads. What expires in the future says nothing.
SELECT DISTINCT ON (1, 2) name, format('SELECT max(%1$I) FROM %2$I.%3$I WHERE %1$I <= clock_timestamp()', a.attname, n.nspname, c.relname)
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0],
       LATERAL (SELECT CASE WHEN n.nspname = 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END) named (name)
 WHERE name = ANY ($1)
   AND a.atttypid = 'timestamptz'::regtype
   AND i.indisvalid AND i.indpred IS NULL
   AND (SELECT amname FROM pg_class x JOIN pg_am ON pg_am.oid = x.relam WHERE x.oid = i.indexrelid) = 'btree'
 ORDER BY 1, 2
