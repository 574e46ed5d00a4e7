-- Why our role cannot copy the database $1 and rename the copy into its place; one
-- row a reason, none where it can.
WITH live AS (
    SELECT oid, datname, datdba FROM pg_database WHERE datname = $1
), mine AS (
    SELECT oid, rolname, rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user
), settings AS (
    SELECT s.setrole, split_part(setting, '=', 1) AS name
      FROM pg_db_role_setting s
      JOIN live ON live.oid = s.setdatabase,
           unnest(s.setconfig) setting
)
SELECT reason
  FROM live, mine,
       LATERAL (
           SELECT 1 AS part, format('user %s may not create databases: ALTER ROLE %I CREATEDB', rolname, rolname) AS reason
            WHERE NOT rolsuper AND NOT rolcreatedb
           UNION ALL
           SELECT 2, format('user %s does not own the database, %s does: ALTER DATABASE %I OWNER TO %I', rolname, pg_get_userbyid(datdba), datname, rolname)
            WHERE NOT rolsuper AND NOT pg_has_role(datdba, 'USAGE')
           UNION ALL
           SELECT 3, format('the settings of role %s in it can be kept only by a superuser%s', min(theirs.rolname),
                            CASE WHEN bool_or(theirs.rolsuper) THEN '' ELSE ', or a user with CREATEROLE' END)
             FROM settings JOIN pg_roles theirs ON theirs.oid = setrole
            WHERE setrole <> mine.oid AND NOT mine.rolsuper
              AND NOT (mine.rolcreaterole AND NOT theirs.rolsuper
                       AND (current_setting('server_version_num')::int < 160000 OR pg_has_role(setrole, 'MEMBER WITH ADMIN OPTION')))
           HAVING count(*) > 0
           UNION ALL
           SELECT 4, format('its setting %s can be kept only by a superuser', min(s.name))
             FROM settings s LEFT JOIN pg_settings p ON lower(p.name) = lower(s.name)
            WHERE coalesce(p.context, 'superuser') = 'superuser' AND NOT rolsuper -- one that nobody knows too
           HAVING count(*) > 0
           UNION ALL
           SELECT 5, format('replication slot %s belongs to it and would not go with the copy', min(slot_name))
             FROM pg_replication_slots WHERE database = datname
           HAVING count(*) > 0
           UNION ALL
           SELECT 6, format('subscription %s belongs to it and would not go with the copy', min(subname))
             FROM pg_subscription WHERE subdbid = live.oid
           HAVING count(*) > 0
           UNION ALL
           SELECT 7, 'the server is a replica, which can only be read: set database.host to its primary' WHERE pg_is_in_recovery()
       ) reasons
 ORDER BY part
