-- The statements that give database $2 what CREATE DATABASE … TEMPLATE does not copy
-- of database $1: grants, settings and connection limit. A setting that is a list
-- (as pg_dump's variable_is_guc_list_quote has them) is stored as quoted names.
WITH live AS (
    SELECT oid, datdba, datacl, datconnlimit FROM pg_database WHERE datname = $1
), settings AS (
    SELECT s.setrole,
           split_part(setting, '=', 1) AS name,
           substr(setting, strpos(setting, '=') + 1) AS value
      FROM pg_db_role_setting s
      JOIN live ON live.oid = s.setdatabase,
           unnest(s.setconfig) setting
), ordered AS (
    SELECT 1 AS part, format('REVOKE ALL ON DATABASE %I FROM PUBLIC, %I', $2::text, pg_get_userbyid(datdba)) AS statement
      FROM live WHERE datacl IS NOT NULL
    UNION ALL
    SELECT 2, format('GRANT %s ON DATABASE %I TO %s%s', a.privilege_type, $2::text,
                     CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
                     CASE WHEN a.is_grantable AND a.grantee <> datdba THEN ' WITH GRANT OPTION' ELSE '' END)
      FROM live, aclexplode(datacl) a
    UNION ALL
    SELECT 3, format('ALTER DATABASE %I CONNECTION LIMIT %s', $2::text, datconnlimit)
      FROM live WHERE datconnlimit >= 0
    UNION ALL
    SELECT 4, format(CASE setrole WHEN 0 THEN 'ALTER DATABASE %1$I' ELSE 'ALTER ROLE %2$I IN DATABASE %1$I' END || ' SET %3$s TO %4$s',
                     $2::text, pg_get_userbyid(setrole),
                     (SELECT string_agg(quote_ident(part), '.') FROM unnest(string_to_array(name, '.')) part),
                     CASE WHEN lower(name) IN ('local_preload_libraries', 'search_path', 'session_preload_libraries',
                                               'shared_preload_libraries', 'temp_tablespaces', 'unix_socket_directories')
                          THEN (SELECT coalesce(string_agg(quote_literal(coalesce(replace(m[1], '""', '"'), m[2])), ', '), '''''')
                                  FROM regexp_matches(value, '"((?:[^"]|"")*)"|([^",[:space:]]+)', 'g') m)
                          ELSE quote_literal(value) END)
      FROM settings
)
SELECT statement FROM ordered ORDER BY part, statement
