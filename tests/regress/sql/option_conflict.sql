-- Design 5.1, option conflict, and promise 4: what an approval does where the record has moved since the change was proposed.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'credit_managers');
-- who may write past approval, so that records move
SELECT customer_workflow.set_data_entity('erp', 'customers', '{"behavior": "allow_without_approval"}');

SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000, payment_terms = 'N60';
SELECT outcome FROM customer_workflow.submit_many('{1,2,3}');
SET SESSION AUTHORIZATION erp;
UPDATE customers SET credit_limit = 1500 WHERE id IN (1, 2);
UPDATE customers SET payment_terms = 'N60' WHERE id = 3;
SELECT record_key, field, conflict FROM customer_workflow.proposed_changes ORDER BY proposal, field;

-- fail, the default: nothing is written, and the error says what moved
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of('SELECT customer_workflow.approve(1)');
SELECT credit_limit, payment_terms FROM customers WHERE id = 1;
-- the approver may decide otherwise for this proposal
SELECT customer_workflow.approve(1, 'seen', on_conflict => 'overwrite');
SELECT credit_limit, payment_terms FROM customers WHERE id = 1;
-- what was overwritten stays in the history
SELECT kind, person, comment, details FROM customer_workflow.workflow_history WHERE proposal = 1 AND kind IN ('approved', 'applied');
-- the value that was to be written is no conflict
SELECT customer_workflow.approve(3);

-- overwrite: approvals write over what has moved
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('customers', '{"conflict": "overwrite"}');
SET SESSION AUTHORIZATION bob;
-- unless the approver says otherwise
SELECT customer_workflow.approve(2, on_conflict => 'fail');
\echo :SQLSTATE
SELECT * FROM customer_workflow.approve_many('{2}');
SELECT id, credit_limit, payment_terms FROM customers ORDER BY id;

-- a record that does not exist cannot be overwritten
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 1 WHERE id = 3;
SELECT customer_workflow.submit(4);
RESET SESSION AUTHORIZATION;
SET session_replication_role = replica;
DELETE FROM customers WHERE id = 3;
RESET session_replication_role;
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of('SELECT customer_workflow.approve(4)');
SELECT status FROM customer_workflow.proposals WHERE id = 4;
