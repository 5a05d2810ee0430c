-- Promise 4: of two people who change one field, the second to be approved does not write over the first.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit,payment_terms}', 'credit_managers');

-- Alice and Dave change the limit; Dave is told of Alice's proposal.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SET SESSION AUTHORIZATION dave;
UPDATE customers SET credit_limit = 7000, payment_terms = 'N60' WHERE id = 1;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE author = 'dave';
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE author = 'alice';

-- Alice's is approved; then Dave's does not fit any more, and nothing of it is written.
SET SESSION AUTHORIZATION bob;
SELECT id AS alices FROM customer_workflow.proposals WHERE author = 'alice' \gset
SELECT id AS daves FROM customer_workflow.proposals WHERE author = 'dave' \gset
SELECT customer_workflow.approve(:alices);
SELECT field, original_value, proposed_value, current_value, conflict FROM customer_workflow.proposed_changes WHERE proposal = :daves ORDER BY field;
SELECT conflict FROM customer_workflow.proposals WHERE id = :daves;
SELECT * FROM error_of(format('SELECT customer_workflow.approve(%s)', :daves));
SELECT outcome, sqlstate, message FROM customer_workflow.approve_many(ARRAY[:daves]);
SELECT credit_limit, payment_terms FROM customers WHERE id = 1;
SELECT status, waiting_on FROM customer_workflow.proposals WHERE id = :daves;

-- Dave takes the stored value as his new original. What Bob saw is void, and he has to look again.
SET SESSION AUTHORIZATION dave;
SELECT field, problem, sqlstate, message FROM customer_workflow.check_proposal(:daves);
SELECT customer_workflow.rebase(:daves);
SELECT field, original_value, proposed_value, conflict, status FROM customer_workflow.proposed_changes WHERE proposal = :daves ORDER BY field;
SELECT * FROM customer_workflow.check_proposal(:daves);
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of(format('SELECT customer_workflow.approve(%s)', :daves));
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.submit(:daves);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(:daves);
SELECT credit_limit, payment_terms FROM customers WHERE id = 1;

-- The history has all of it.
RESET SESSION AUTHORIZATION;
SELECT kind, person, details FROM customer_workflow.workflow_history WHERE proposal = :daves ORDER BY at;

-- Two people who want the same thing are in nobody's way.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 300 WHERE id = 2;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE author = 'alice' AND status = 'not_submitted';
SET SESSION AUTHORIZATION dave;
UPDATE customers SET credit_limit = 300 WHERE id = 2;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE author = 'dave' AND status = 'not_submitted';
SET SESSION AUTHORIZATION bob;
SELECT outcome FROM customer_workflow.approve_many((SELECT array_agg(proposal ORDER BY proposal) FROM customer_workflow.my_work_items));

-- In one call as well the second proposal for a record meets what the first has written.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 400 WHERE id = 2;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE author = 'alice' AND status = 'not_submitted';
SET SESSION AUTHORIZATION dave;
UPDATE customers SET credit_limit = 500 WHERE id = 2;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE author = 'dave' AND status = 'not_submitted';
SET SESSION AUTHORIZATION bob;
SELECT outcome, sqlstate, message FROM customer_workflow.approve_many((SELECT array_agg(proposal ORDER BY proposal) FROM customer_workflow.my_work_items));
SELECT credit_limit FROM customers WHERE id = 2;
