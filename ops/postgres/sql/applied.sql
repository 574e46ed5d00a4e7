SELECT version, description, encode(checksum, 'hex'), success, installed_on, execution_time
  FROM _sqlx_migrations
 ORDER BY version
