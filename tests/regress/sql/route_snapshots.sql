-- Workflows under REPEATABLE READ and SERIALIZABLE: what an own transaction has done is seen, also by conditions.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit}');
SELECT customer_workflow.create_workflow('credit', 'customers', $${
  "elements": [{"approval": {"name": "Credit", "steps": [
     {"name": "One", "assign_to": {"role": "credit_managers"}},
     {"name": "Two", "when": "new.credit_limit > 100 or old.city = 'Rom'", "assign_to": {"user": "dave"}}]}}]}$$);
SELECT customer_workflow.activate_workflow('credit', 1);
SET SESSION AUTHORIZATION alice;
BEGIN ISOLATION LEVEL REPEATABLE READ;
UPDATE customers SET credit_limit = 50, city = 'Rom' WHERE id = 1;
UPDATE customers SET credit_limit = 50 WHERE id = 2;
SELECT customer_workflow.submit(1), customer_workflow.submit(2);
SELECT id, status, waiting_on FROM customer_workflow.proposals ORDER BY id;
COMMIT;
SET SESSION AUTHORIZATION bob;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT r.proposal, r.outcome FROM customer_workflow.approve_many('{1,2}') AS r;
SELECT id, credit_limit FROM customers ORDER BY id;
-- a savepoint takes back a decision and what it wrote
SAVEPOINT s;
SELECT status, waiting_on FROM customer_workflow.proposals WHERE id = 1;
ROLLBACK TO s;
COMMIT;
SET SESSION AUTHORIZATION dave;
BEGIN ISOLATION LEVEL REPEATABLE READ;
SAVEPOINT s;
SELECT customer_workflow.approve(1);
SELECT credit_limit FROM customers WHERE id = 1;
ROLLBACK TO s;
SELECT status, waiting_on FROM customer_workflow.proposals WHERE id = 1;
SELECT customer_workflow.reject(1, 'no');
COMMIT;
SELECT status FROM customer_workflow.proposals WHERE id = 1;
-- from the proposal to the values in one transaction of a named person
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.set_application_role('erp');
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.create_workflow('credit', 'customers', $${
  "elements": [{"approval": {"name": "Credit", "automatic_action": {"when": "proposal.fields = '{credit_limit}' and new.credit_limit < 10", "action": "approve"}, "steps": [{"name": "One", "assign_to": {"role": "credit_managers"}}]}}]}$$);
SELECT customer_workflow.activate_workflow('credit', 2);
SET SESSION AUTHORIZATION erp;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT customer_workflow.act_as('maria');
UPDATE customers SET credit_limit = 5 WHERE id = 3;
SELECT customer_workflow.submit(id) FROM customer_workflow.last_proposals() AS id;
SELECT credit_limit FROM customers WHERE id = 3;
COMMIT;
SELECT credit_limit FROM customers WHERE id = 3;
