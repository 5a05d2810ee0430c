-- Definitions, allow_self_approval: promise 7 holds unless the workflow says otherwise in words.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit}');
SELECT customer_workflow.create_workflow('credit', 'customers', $${
  "when": "new.credit_limit < 1000",
  "allow_self_approval": true,
  "elements": [{"approval": {"name": "Credit", "steps": [{"name": "Managers", "assign_to": {"role": "credit_managers"}, "completion_policy": "all_approvers"}]}}]}$$);
SELECT customer_workflow.create_workflow('big', 'customers', $${
  "elements": [{"approval": {"name": "Credit", "steps": [{"name": "Managers", "assign_to": {"role": "credit_managers"}, "completion_policy": "all_approvers"}]}}]}$$);
SELECT customer_workflow.activate_workflow('credit', 1);
SELECT customer_workflow.activate_workflow('big', 1);
SET SESSION AUTHORIZATION bob;
UPDATE customers SET credit_limit = 500 WHERE id = 1;
UPDATE customers SET credit_limit = 5000 WHERE id = 2;
SELECT r.outcome FROM customer_workflow.submit_many('{1,2}') AS r;
SELECT id, workflow, waiting_on FROM customer_workflow.proposals ORDER BY id;
SELECT r.proposal, r.outcome, r.sqlstate, r.message FROM customer_workflow.approve_many('{1,2}') AS r;
SET SESSION AUTHORIZATION carol;
SELECT r.proposal, r.outcome, r.sqlstate FROM customer_workflow.approve_many('{1,2}') AS r;
-- on record like any other
RESET SESSION AUTHORIZATION;
SELECT proposal, author, person, action FROM customer_workflow.decisions ORDER BY proposal, at;

-- A proposal that is edited and comes to the other workflow is under its rule, whatever it was under before.
SET SESSION AUTHORIZATION bob;
UPDATE customers SET credit_limit = 600 WHERE id = 1;
SELECT customer_workflow.submit(3);
SELECT waiting_on FROM customer_workflow.proposals WHERE id = 3;
UPDATE customers SET credit_limit = 6000 WHERE id = 1;
SELECT customer_workflow.submit(3);
SELECT waiting_on FROM customer_workflow.proposals WHERE id = 3;
SELECT value FROM error_of('SELECT customer_workflow.approve(3)') WHERE field = 'sqlstate';
-- and so is one that is rerouted
UPDATE customers SET credit_limit = 700 WHERE id = 1;
SELECT customer_workflow.submit(3);
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.deactivate_workflow('credit');
SELECT customer_workflow.reroute(3);
SELECT workflow, waiting_on FROM customer_workflow.proposals WHERE id = 3;
SET SESSION AUTHORIZATION bob;
SELECT value FROM error_of('SELECT customer_workflow.approve(3)') WHERE field = 'sqlstate';
