CREATE INDEX events_gateway_created_at_idx ON events (gateway, created_at DESC);
