INSERT INTO runs (id, environment, state, open, exclusive, proposed_at) VALUES (?, ?, ?, ?, ?, ?)
