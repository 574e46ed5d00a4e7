INSERT INTO runs (id, environment, state, open, proposed_at) VALUES (?, ?, ?, ?, ?)
