CREATE TABLE policy_decisions (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    policy_id   bigint NOT NULL REFERENCES policies (id) ON DELETE CASCADE,
    event_id    integer NOT NULL,
    decision    text NOT NULL CHECK (decision IN ('allow', 'redact', 'block')),
    created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX policy_decisions_event_idx ON policy_decisions (event_id);
