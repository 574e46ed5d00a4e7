-- One batch of audit events, as gateways report them. Frequent words come first: a
-- product of two random numbers picks them about as unevenly as language does. Four
-- short lists are quicker than a long one, because an element is found by counting.
INSERT INTO events (kind, gateway, payload, created_at)
SELECT (ARRAY['policy.allowed', 'policy.allowed', 'policy.allowed', 'policy.redacted', 'policy.blocked'])[1 + (random() * 4)::int],
       'gateway-' || (1 + (random() * 7)::int),
       jsonb_build_object(
           'request_id', gen_random_uuid(),
           'model', (ARRAY['gpt-4o', 'gpt-4o-mini', 'claude-sonnet', 'llama-3-70b', 'mistral-large'])[1 + (random() * 4)::int],
           'user', 'user' || (random() * 5000)::int || '@customer' || (random() * 200)::int || '.example',
           'client', '10.' || (random() * 255)::int || '.' || (random() * 255)::int || '.' || (random() * 255)::int,
           'latency_ms', (random() * 4000)::int,
           'tokens', jsonb_build_object('prompt', (random() * 3000)::int, 'completion', (random() * 1500)::int),
           'prompt', concat_ws(' ', /* prompt */)),
       now() - random() * interval '90 days'
FROM generate_series(1, $1::int),
     (SELECT
        regexp_split_to_array('the of and to in is that for on with as are this be by from at or an it which we can not have will
            has was more about other when also if into all new only time their use may data any one these its
            than no our how each work where they so such what up should then between first been', '\s+') AS a,
        regexp_split_to_array('two them following like over after most used both must while under need see within make many some
            because through those during get out per same set review policy request customer account report
            contract payment summary please write draft explain system service model answer question context
            security access region invoice number email address date value table record field result error
            message file document version', '\s+') AS b,
        regexp_split_to_array('change update release deploy server network database query index column schema migration backup
            restore gateway console token limit rate quota budget cost price market sales revenue quarter
            forecast trend analysis compare against across team manager engineer analyst legal privacy
            compliance audit control risk score level high medium low critical incident alert response plan step
            task owner deadline project roadmap feature design test code function', '\s+') AS c,
        regexp_split_to_array('class method variable parameter return string integer boolean list map object array loop condition
            branch merge commit pull repository library package module interface client user group role
            permission identity session login password secret key certificate encrypt decrypt hash signature
            verify validate check monitor metric log trace event stream batch queue worker job schedule window
            freeze approve reject rollback upgrade platform component environment staging production', '\s+') AS d) vocabulary;
