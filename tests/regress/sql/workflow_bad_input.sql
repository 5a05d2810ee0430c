-- Promise 8: a definition that is too deep or too large is refused with its place, whatever its size; nothing of it is stored.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
CREATE FUNCTION crm.nested(depth int) RETURNS jsonb LANGUAGE sql AS $$
    SELECT (repeat('{"elements": [{"parallel": {"branches": [{"elements": []}, ', depth - 1)
            || '{"elements": [{"approval": {"name": "A", "steps": [{"name": "a", "assign_to": {"role": "credit_managers"}}]}}]}'
            || repeat(']}}]}', depth - 1))::jsonb
$$;
SELECT count(*) FROM customer_workflow.validate_workflow(crm.nested(24), 'customers');
SELECT length(path), right(path, 60) AS "end", severity, message FROM customer_workflow.validate_workflow(crm.nested(25), 'customers');
SELECT length(path), severity, message FROM unnest('{26, 100, 1000}'::int[]) AS n, customer_workflow.validate_workflow(crm.nested(n), 'customers');
SELECT * FROM customer_workflow.validate_workflow((repeat('[', 3000) || repeat(']', 3000))::jsonb, 'customers');
SELECT path, left(message, 60) FROM customer_workflow.validate_workflow(jsonb_build_object('elements', (repeat('[', 3000) || repeat(']', 3000))::jsonb), 'customers');

-- too many elements, steps, characters
CREATE FUNCTION crm.many(n int) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_agg(jsonb_build_object('automated_task', jsonb_build_object('name', n || '.' || i, 'function', 'f'))) FROM generate_series(1, 100) AS i
$$;
SELECT path, message FROM customer_workflow.validate_workflow(jsonb_build_object('elements',
       jsonb_build_array('{"approval": {"name": "A", "steps": [{"name": "a", "assign_to": {"role": "credit_managers"}}]}}'::jsonb)
       || (SELECT jsonb_agg(jsonb_build_object('parallel', jsonb_build_object('branches', jsonb_build_array(
              jsonb_build_object('elements', crm.many(i)), '{"elements": []}'::jsonb)))) FROM generate_series(1, 5) AS i)), 'customers')
 WHERE message !~ '^function';
SELECT path, message FROM customer_workflow.validate_workflow(jsonb_build_object('elements', (SELECT jsonb_agg(i) FROM generate_series(1, 101) AS i)), 'customers')
 WHERE message ~ 'entries';
SELECT path, message FROM customer_workflow.validate_workflow(jsonb_build_object('description', repeat('x', 10001), 'elements', '[]'::jsonb), 'customers');
SELECT path, message FROM customer_workflow.validate_workflow(jsonb_build_object('description', repeat('x', 1000001), 'elements', '[]'::jsonb), 'customers');
SELECT path, message FROM customer_workflow.validate_workflow(jsonb_build_object('description', repeat('x', 50000000), 'elements', '[]'::jsonb), 'customers');

-- other things that are no definitions, numbers that are none
SELECT v, path, message FROM unnest(ARRAY['null', '1', '"x"', 'true', '{}', '{"elements": {}}', '{"elements": [null]}', '{"elements": [{"approval": null, "task": null}]}',
       '{"": 1, "a/b~c": 2, "elements": []}']::jsonb[]) AS v, customer_workflow.validate_workflow(v, 'customers') ORDER BY v, path;
SELECT n, path, right(message, 38) AS message FROM unnest('{0, -1, 1.5, 1e3, 1e400, 10001, 99999999999999999999999}'::text[]) AS n,
       customer_workflow.validate_workflow(format('{"expires_after": {"days": %s}, "elements": [{"approval": {"name": "A", "steps": [{"name": "a", "assign_to": {"role": "credit_managers"}}]}}]}', n)::jsonb, 'customers');
SELECT * FROM error_of($$ SELECT customer_workflow.validate_workflow(NULL, 'customers') $$);
SELECT * FROM error_of($$ SELECT customer_workflow.validate_workflow('{}', NULL) $$);
SELECT * FROM error_of($$ SELECT customer_workflow.create_workflow('deep', 'customers', crm.nested(1000)) $$) WHERE field IN ('sqlstate', 'hint');
SELECT count(*) FROM customer_workflow.workflows WHERE name <> 'built_in';

-- The deepest definition that is not too deep works.
SELECT customer_workflow.create_workflow('deepest', 'customers', crm.nested(24));
SELECT customer_workflow.activate_workflow('deepest', 1);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SELECT customer_workflow.submit(1);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1);
SELECT length(customer_workflow.workflow_diagram('deepest')) > 1000 AS drawn;
