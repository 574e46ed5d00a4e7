INSERT INTO leases (environment, owner, token, expires) VALUES (?1, ?2, 1, ?3)
ON CONFLICT (environment) DO UPDATE SET owner = ?2, token = token + 1, expires = ?3
RETURNING token
