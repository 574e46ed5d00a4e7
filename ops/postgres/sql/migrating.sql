-- Who holds the lock of sqlx, and does not itself wait for somebody. A key of 64 bits
-- is shown in two halves.
SELECT EXISTS (
  SELECT
    FROM pg_locks held
   WHERE held.locktype = 'advisory'
     AND held.granted
     AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
     AND (held.classid::bigint << 32 | held.objid::bigint) = $1
     AND held.objsubid = 1
     AND NOT EXISTS (
       SELECT
         FROM pg_locks wanted
        WHERE wanted.pid = held.pid
          AND NOT wanted.granted
          AND wanted.waitstart < clock_timestamp() - $2::interval))
