-- End actions: what happens when nobody has decided in time
SET client_min_messages = error;
SELECT customer_workflow.protect('customers', '{credit_limit}');
CREATE FUNCTION pg_temp.step(name text, action text) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('name', name, 'assign_to', '{"role": "credit_managers"}'::jsonb, 'time_limit', '{"hours": 1}'::jsonb, 'end_action', action)
$$;
-- which way a proposal takes is written in its reference
SELECT customer_workflow.create_workflow('limits', 'customers', jsonb_build_object('elements', jsonb_build_array(jsonb_build_object('approval',
    jsonb_build_object('name', 'Approval', 'steps', jsonb_build_array(pg_temp.step('First', action), pg_temp.step('Second', action)))))))
  FROM unnest('{approve,reject,request_change,null}'::text[]) WITH ORDINALITY AS a (action, n) ORDER BY n;
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id IN (1, 2, 3);
