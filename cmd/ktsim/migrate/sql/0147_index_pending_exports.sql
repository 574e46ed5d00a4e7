CREATE INDEX exports_pending_idx ON exports (created_at) WHERE status = 'pending';
