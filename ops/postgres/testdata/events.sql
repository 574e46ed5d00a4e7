-- Audit events as gateways report them: identifiers and hashes that do not
-- compress, and text in which a few words are frequent and most are rare.
SET ROLE keeptrusts;

CREATE TABLE tenants (id int PRIMARY KEY, name text NOT NULL);

INSERT INTO tenants SELECT n, 'tenant ' || n FROM generate_series(1, 40) n;

CREATE TABLE events (
    id     bigint PRIMARY KEY,
    at     timestamptz NOT NULL,
    actor  text NOT NULL,
    chain  bytea NOT NULL,
    detail jsonb NOT NULL
);

INSERT INTO events
SELECT n,
       '2025-01-01'::timestamptz + n * interval '1.7 s',
       'user' || (random() * 5000)::int || '@customer' || (random() * 200)::int || '.example',
       sha256(int8send(n)),
       jsonb_build_object(
           'request_id', gen_random_uuid(),
           'model', (ARRAY['gpt-4o', 'gpt-4o-mini', 'claude-sonnet', 'llama-3-70b'])[1 + (random() * 3)::int],
           'decision', (ARRAY['allow', 'allow', 'allow', 'redact', 'block'])[1 + (random() * 4)::int],
           'client', '10.' || (random() * 255)::int || '.' || (random() * 255)::int || '.' || (random() * 255)::int,
           'latency_ms', (random() * 4000)::int,
           'excerpt', array_to_string(ARRAY(SELECT words[1 + (random() * random() * 119)::int] FROM generate_series(1, 30 + n % 2)), ' '))
  FROM generate_series(1, EVENTS) n,
       (SELECT regexp_split_to_array(
                   'the of and to in is that for on with as are this be by from at or an it which we can not have will has was
                    more about other when also if into all new only time their use review policy request customer account report
                    contract payment summary please write draft explain system service model answer question context security
                    access region invoice number email address date value table record field result error message file document
                    version change update release deploy server network database query index column schema migration backup
                    restore gateway console token limit rate quota budget cost price market sales revenue quarter forecast
                    trend analysis compare', '\s+') AS words) vocabulary;
