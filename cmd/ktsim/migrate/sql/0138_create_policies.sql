CREATE TABLE policies (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name        text NOT NULL UNIQUE,
    body        jsonb NOT NULL DEFAULT '{}',
    enabled     boolean NOT NULL DEFAULT true,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now()
);

INSERT INTO policies (name, body) VALUES
    ('no-secrets-in-prompts', '{"match": "secret", "action": "block"}'),
    ('redact-card-numbers', '{"match": "card_number", "action": "redact"}'),
    ('log-everything', '{"match": "*", "action": "log"}');
