INSERT INTO window_proposals (environment, name, key, target, owner) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (environment, name, key, target) DO NOTHING
