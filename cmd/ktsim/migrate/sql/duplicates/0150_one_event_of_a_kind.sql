-- Passes on an empty database, and fails where a gateway had two events of a kind.
CREATE UNIQUE INDEX events_gateway_kind_key ON events (gateway, kind);
