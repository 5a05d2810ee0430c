-- Design 5.1, option auto_submit: whose proposals start their workflow by themselves when the transaction commits.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'credit_managers');
SELECT customer_workflow.set_data_entity('import', 'customers');
CREATE TEMP VIEW state AS SELECT id, author, originator, status, submit_sqlstate, submit_message FROM customer_workflow.proposals ORDER BY id;
GRANT SELECT ON state TO PUBLIC;

-- data_entity, the default: those of data entities, not those of people
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SET SESSION AUTHORIZATION import;
BEGIN;
UPDATE customers SET credit_limit = 5000 WHERE id = 2;
-- at commit, and not before
SELECT * FROM state;
COMMIT;
SELECT * FROM state;
SET SESSION AUTHORIZATION erp_owner;
SELECT proposal, assignee, status FROM customer_workflow.work_items;
SELECT kind, person, database_role, source FROM customer_workflow.workflow_history WHERE proposal = 2;

-- never
SELECT customer_workflow.configure('customers', '{"auto_submit": "never"}');
SET SESSION AUTHORIZATION import;
UPDATE customers SET credit_limit = 5000 WHERE id = 3;
SELECT * FROM state WHERE id = 3;
SELECT customer_workflow.submit(3);

-- what is set for the data entity comes first
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.set_data_entity('import', 'customers', '{"auto_submit": "always"}');
SET SESSION AUTHORIZATION import;
UPDATE customers SET payment_terms = 'N60' WHERE id = 2;
SELECT * FROM state WHERE id = 4;

-- always: everybody's
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('customers', '{"auto_submit": "always"}');
SELECT customer_workflow.set_data_entity('import', 'customers', '{"auto_submit": "never"}');
SET SESSION AUTHORIZATION import;
UPDATE customers SET payment_terms = 'N60' WHERE id = 3;
SET SESSION AUTHORIZATION dave;
UPDATE customers SET payment_terms = 'N60' WHERE id = 1;
SELECT * FROM state WHERE id > 4;
-- a draft of before joins when its author touches it, one that he does not touch stays
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5001 WHERE id = 1;
SELECT * FROM state WHERE author = 'alice';
-- taken back, it stays back; an amendment starts it again
SELECT customer_workflow.recall(1);
SELECT * FROM state WHERE author = 'alice';
UPDATE customers SET credit_limit = 5001 WHERE id = 1;
SELECT status FROM state WHERE author = 'alice';
UPDATE customers SET credit_limit = 5002 WHERE id = 1;
SELECT status FROM state WHERE author = 'alice';
-- also of a pending one
UPDATE customers SET credit_limit = 5003 WHERE id = 1;
SELECT status FROM state WHERE author = 'alice';
SELECT kind, details ->> 'reason' AS reason FROM customer_workflow.workflow_history WHERE proposal = 1;
-- submitted, cancelled or discarded in the same transaction, nothing is left to do
BEGIN;
UPDATE customers SET credit_limit = 5004 WHERE id = 1;
SELECT customer_workflow.submit(1, 'by hand');
UPDATE customers SET payment_terms = 'N90' WHERE id = 2;
SELECT customer_workflow.cancel(id) FROM customer_workflow.proposals WHERE author = 'alice' AND status = 'not_submitted';
COMMIT;
SELECT status FROM state WHERE author = 'alice';
-- explicitly proposed, it starts as well
SELECT customer_workflow.propose('customers', '{"id": 3}', '{"credit_limit": 1}') > 0 AS proposed;
SELECT status FROM state WHERE author = 'alice';
