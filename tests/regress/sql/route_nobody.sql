-- Promise 8: a step with nobody left fails at submit, for the whole way that the proposal would take, and says which step.
\set SHOW_CONTEXT never
CREATE ROLE route_nobody_board;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit}', options => '{"validate_on_submit": false}');
SELECT customer_workflow.create_workflow('credit', 'customers', $${
  "elements": [
    {"approval": {"name": "Credit", "steps": [
      {"name": "Manager", "assign_to": {"role": "credit_managers"}},
      {"name": "Board", "when": "new.credit_limit > 100000", "assign_to": {"role": "route_nobody_board"}}]}}
  ]}$$);
SELECT customer_workflow.activate_workflow('credit', 1);

-- The board has no members: what does not reach it can be submitted, what does cannot, although a manager could begin.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 500 WHERE id = 1;
UPDATE customers SET credit_limit = 500000 WHERE id = 2;
SELECT customer_workflow.submit(1);
SELECT * FROM error_of('SELECT customer_workflow.submit(2)');
SELECT id, status, waiting_on FROM customer_workflow.proposals ORDER BY id;

-- A board whose only member made the change is no board for it.
RESET SESSION AUTHORIZATION;
GRANT route_nobody_board TO alice;
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of('SELECT customer_workflow.submit(2)');
RESET SESSION AUTHORIZATION;
GRANT route_nobody_board TO bob;
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(2);

-- Who leaves later: the decision before is refused, and stays possible, until somebody is there again.
RESET SESSION AUTHORIZATION;
REVOKE route_nobody_board FROM bob;
SET SESSION AUTHORIZATION carol;
SELECT * FROM error_of('SELECT customer_workflow.approve(2)');
SELECT proposal, step FROM customer_workflow.my_work_items ORDER BY proposal;
RESET SESSION AUTHORIZATION;
GRANT route_nobody_board TO dave;
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.approve(2);
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.approve(2);
SELECT credit_limit FROM customers WHERE id = 2;

-- distinct_approvers: who has decided before is left out of later steps. Of two managers each has a step; a third step finds nobody.
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.create_workflow('credit', 'customers', $${
  "distinct_approvers": true,
  "elements": [
    {"approval": {"name": "Credit", "steps": [
      {"name": "First", "assign_to": {"role": "credit_managers"}},
      {"name": "Second", "assign_to": {"role": "credit_managers"}}]}},
    {"approval": {"name": "Audit", "when": "new.credit_limit > 100000", "steps": [
      {"name": "Third", "assign_to": {"role": "credit_managers"}}]}}
  ]}$$);
SELECT customer_workflow.activate_workflow('credit', 2);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 600 WHERE id = 3;
SELECT customer_workflow.submit(3);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(3);
SELECT * FROM error_of('SELECT customer_workflow.approve(3)');
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.approve(3);
SELECT credit_limit FROM customers WHERE id = 3;
-- Which of two managers decides the first step is not known at submit, but all three steps need one each.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 600000 WHERE id = 3;
SELECT * FROM error_of('SELECT customer_workflow.submit(4)');
-- where the first step takes all managers, so much is known
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.create_workflow('credit', 'customers', $${
  "distinct_approvers": true,
  "elements": [
    {"approval": {"name": "Credit", "steps": [
      {"name": "Both", "assign_to": {"role": "credit_managers"}, "completion_policy": "all_approvers"},
      {"name": "Another", "assign_to": {"user": "carol"}}]}}
  ]}$$);
SELECT customer_workflow.activate_workflow('credit', 3);
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of('SELECT customer_workflow.submit(4)');

-- A workflow on whose way nobody approves anything refuses too.
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.create_workflow('credit', 'customers', $${
  "elements": [
    {"approval": {"name": "Credit", "when": "new.credit_limit > 100000", "steps": [{"name": "One", "assign_to": {"role": "credit_managers"}}]}},
    {"task": {"name": "File it", "assign_to": {"user": "dave"}}}
  ]}$$);
SELECT customer_workflow.activate_workflow('credit', 4);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 700 WHERE id = 3;
SELECT * FROM error_of('SELECT customer_workflow.submit(4)');
UPDATE customers SET credit_limit = 1 WHERE id = 1;
SELECT status, waiting_on FROM customer_workflow.proposals WHERE id = 4;

-- What submits itself stays a draft, with the reason.
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('customers', '{"auto_submit": "always"}');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 800 WHERE id = 2;
SELECT record_key, status, submit_sqlstate, submit_message FROM customer_workflow.proposals WHERE record_key = '{"id": 2}' AND status = 'not_submitted';
