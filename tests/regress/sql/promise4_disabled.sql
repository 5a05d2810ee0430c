-- Promise 4: while approvals are disabled values change directly, and proposals that wait notice it afterwards.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id IN (1, 2);
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals ORDER BY id;
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.disable('customers', 'year end');
SET SESSION AUTHORIZATION dave;
UPDATE customers SET credit_limit = 1100 WHERE id = 1;
SELECT record_key, field, original_value, new_value, person, reason FROM customer_workflow.direct_changes;
SET SESSION AUTHORIZATION bob;
SELECT field, value FROM customer_workflow.proposals AS p CROSS JOIN LATERAL error_of(format('SELECT customer_workflow.approve(%s)', p.id)) WHERE p.record_key = '{"id": 1}';
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.enable('customers');
SET SESSION AUTHORIZATION bob;
SELECT outcome, sqlstate, message FROM customer_workflow.approve_many((SELECT array_agg(proposal ORDER BY proposal) FROM customer_workflow.my_work_items));
SELECT id, credit_limit FROM customers ORDER BY id;
