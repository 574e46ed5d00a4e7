-- What the names in a dump are in this database, as this server writes them; null
-- where there is no such table. A pg_dump newer than the server may quote more.
SELECT name, (SELECT format('%I.%I', n.nspname, c.relname)
                FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE c.oid = to_regclass(name))
  FROM unnest($1::text[]) name
