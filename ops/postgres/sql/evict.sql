-- Ends the sessions of the databases $1 that are in state $2, or in any when it is empty.
-- Those that we may end, so that one that we may not does not save the others.
SELECT count(pg_terminate_backend(a.pid))
  FROM pg_stat_activity a
  JOIN pg_roles theirs ON theirs.oid = a.usesysid
  JOIN pg_roles mine ON mine.rolname = current_user
 WHERE a.datname = ANY ($1)
   AND $2 IN ('', a.state)
   AND a.pid <> pg_backend_pid()
   AND (mine.rolsuper OR (NOT theirs.rolsuper AND (pg_has_role(theirs.oid, 'USAGE') OR pg_has_role('pg_signal_backend', 'USAGE'))))
