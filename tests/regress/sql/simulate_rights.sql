-- simulate(): who may ask, and about which records. Where a change goes says something about the whole record.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
CREATE FUNCTION try(key jsonb, changes jsonb DEFAULT '{"credit_limit": 5}', author text DEFAULT NULL) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT e.field || ': ' || e.value FROM public.error_of(format('SELECT FROM customer_workflow.simulate(''customers'', %L, %L, %L)', key, changes, author)) AS e
$$;
-- Who may SELECT the table
SET SESSION AUTHORIZATION carol;
SELECT * FROM try('{"id": 1}');
-- not who may SELECT some of it only, though he may change it
RESET SESSION AUTHORIZATION;
REVOKE SELECT ON customers FROM alice;
GRANT SELECT (id, credit_limit) ON customers TO alice;
SET SESSION AUTHORIZATION alice;
SELECT * FROM try('{"id": 1}');
RESET SESSION AUTHORIZATION;
-- unless he is an administrator
SELECT customer_workflow.grant_duty('customers', 'administrator', 'alice');
SET SESSION AUTHORIZATION alice;
SELECT * FROM try('{"id": 1}');
SELECT * FROM try('{"id": 7}');
RESET SESSION AUTHORIZATION;
-- A record that row level security hides is not there
ALTER TABLE customers ENABLE ROW LEVEL SECURITY;
CREATE POLICY not_2 ON customers USING (id <> 2);
SET SESSION AUTHORIZATION carol;
SELECT k, string_agg(t, ', ') FROM generate_series(1, 2) AS k CROSS JOIN LATERAL try(jsonb_build_object('id', k)) AS t GROUP BY k ORDER BY k;
SELECT * FROM try('{"id": 7}');
-- What makes no sense
SELECT * FROM try('{"id": 1}', '{"city": "Ulm"}');
SELECT * FROM try('{"id": 1}', '{}');
SELECT * FROM try('{"id": 1}', NULL);
SELECT * FROM try('{"id": 1}', '[1]');
SELECT * FROM try(NULL);
SELECT * FROM try('{"number": 1}');
SELECT * FROM try('{"id": "one"}');
SELECT * FROM try('{"id": 1}', '{"credit_limit": "much"}');
SELECT * FROM try('{"id": 1}', author => 'nobody_of_that_name');
SELECT * FROM try('{"id": 1}', author => 'group:board');
SELECT * FROM error_of('SELECT customer_workflow.simulate(NULL, ''{"id": 1}'', ''{"credit_limit": 5}'')');
SELECT * FROM error_of('SELECT customer_workflow.simulate(''pg_class'', ''{"oid": 1}'', ''{"relname": "x"}'')');
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.disable('customers');
SELECT * FROM try('{"id": 1}');
