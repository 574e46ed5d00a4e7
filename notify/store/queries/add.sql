INSERT INTO notify_notices (key, environment, kind, run, at, deadline, payload)
VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (key) DO NOTHING
