-- The clauses that give a new database the encoding and locale of the database $1, the
-- size of that, and of the write-ahead log that filling the new one may leave. The
-- provider's own columns came and were renamed with versions 15 and 17.
SELECT format('TEMPLATE template0 ENCODING %L LC_COLLATE %L LC_CTYPE %L', pg_encoding_to_char(d.encoding), d.datcollate, d.datctype)
    || CASE j ->> 'datlocprovider'
       WHEN 'i' THEN format(' LOCALE_PROVIDER icu ICU_LOCALE %L', coalesce(j ->> 'datlocale', j ->> 'daticulocale'))
       WHEN 'b' THEN format(' LOCALE_PROVIDER builtin BUILTIN_LOCALE %L', j ->> 'datlocale')
       ELSE '' END,
       pg_database_size(d.oid),
       pg_size_bytes(current_setting('max_wal_size'))
  FROM pg_database d, to_jsonb(d) j
 WHERE d.datname = $1
