-- The clause that puts a new database into the tablespace of the database $1. There is
-- none for what template0 has as well, which needs no right to it.
SELECT coalesce((SELECT format(' TABLESPACE %I', t.spcname)
                   FROM pg_database d
                   JOIN pg_tablespace t ON t.oid = d.dattablespace
                  WHERE d.datname = $1
                    AND d.dattablespace <> (SELECT dattablespace FROM pg_database WHERE datname = 'template0')), '')
