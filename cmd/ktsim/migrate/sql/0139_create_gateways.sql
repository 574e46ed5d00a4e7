CREATE TABLE gateways (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name          text NOT NULL UNIQUE,
    version       text,
    last_seen_at  timestamptz NOT NULL DEFAULT now()
);
