-- Promise 5: what the table refuses is not approved: the proposal waits on, with nothing decided and nothing in the history.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 * id WHERE id IN (1, 2);
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals ORDER BY id;
SELECT id AS one FROM customer_workflow.proposals WHERE record_key = '{"id": 1}' \gset
SELECT id AS two FROM customer_workflow.proposals WHERE record_key = '{"id": 2}' \gset

-- A rule that came later
RESET SESSION AUTHORIZATION;
ALTER TABLE customers ADD CONSTRAINT not_too_much CHECK (credit_limit < 9000);
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of(format('SELECT customer_workflow.approve(%s, ''fine'')', :two));
SELECT outcome, sqlstate, message FROM customer_workflow.approve_many(ARRAY[:two], 'fine');
SELECT proposal = :two AS two, allowed_actions FROM customer_workflow.my_work_items ORDER BY proposal;
RESET SESSION AUTHORIZATION;
SELECT kind, person, comment FROM customer_workflow.workflow_history WHERE proposal = :two ORDER BY at;
SELECT status, decided_at, applied_at FROM customer_workflow.proposals WHERE id = :two;

-- In bulk the others are approved, each with its own outcome; or none.
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of(format('SELECT customer_workflow.approve_many(ARRAY[%s, %s], all_or_nothing => true)', :one, :two));
RESET SESSION AUTHORIZATION;
SELECT id, credit_limit FROM customers ORDER BY id;
SET SESSION AUTHORIZATION bob;
SELECT proposal = :two AS two, outcome, sqlstate, message FROM customer_workflow.approve_many(ARRAY[:two, :one], 'fine');
SELECT id, credit_limit FROM customers ORDER BY id;

-- When the rule is gone it goes through.
RESET SESSION AUTHORIZATION;
ALTER TABLE customers DROP CONSTRAINT not_too_much;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(:two);
SELECT id, credit_limit FROM customers ORDER BY id;
