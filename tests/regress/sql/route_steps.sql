-- Definitions, steps of an approval: one after the other; a step whose condition is false is left out, one whose condition is null runs.
\set SHOW_CONTEXT never
CREATE ROLE route_steps_board;
GRANT route_steps_board TO dave;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, bank_account}');
SELECT customer_workflow.create_workflow('credit', 'customers', $${
  "elements": [
    {"approval": {"name": "Credit", "when": "changed('credit_limit')", "steps": [
      {"name": "Manager", "assign_to": {"role": "credit_managers"}},
      {"name": "Board", "when": "new.credit_limit > 100000", "assign_to": {"role": "route_steps_board"}}]}},
    {"approval": {"name": "Bank", "when": "changed('bank_account')", "steps": [
      {"name": "Treasury", "assign_to": {"user": "carol"}}]}}
  ]}$$);
SELECT customer_workflow.activate_workflow('credit', 1);

-- The board is asked only above 100,000; the values are written with the last approval and not before.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
UPDATE customers SET credit_limit = 500000, bank_account = 'DE99' WHERE id = 2;
SELECT customer_workflow.submit(1);
SELECT customer_workflow.submit(2, 'a big one');
SELECT id, status, waiting_on FROM customer_workflow.proposals ORDER BY id;
SET SESSION AUTHORIZATION bob;
SELECT work_item, proposal, workflow, element, step, subject, allowed_actions FROM customer_workflow.my_work_items ORDER BY proposal;
SELECT customer_workflow.approve(1), customer_workflow.approve(2, 'good for it');
SELECT id, credit_limit, bank_account FROM customers WHERE id < 3 ORDER BY id;
-- the first step is over: nothing of it waits for the managers, the second not yet for treasury
SELECT count(*) FROM customer_workflow.my_work_items;
SELECT * FROM error_of('SELECT customer_workflow.approve(2)');
SET SESSION AUTHORIZATION carol;
SELECT * FROM error_of('SELECT customer_workflow.approve(2)');
SET SESSION AUTHORIZATION dave;
SELECT proposal, element, step FROM customer_workflow.my_work_items;
SELECT customer_workflow.approve(2);
SELECT id, status, waiting_on FROM customer_workflow.proposals WHERE id = 2;
SET SESSION AUTHORIZATION carol;
SELECT proposal, element, step FROM customer_workflow.my_work_items;
SELECT customer_workflow.approve(2, 'account is confirmed');
SELECT id, credit_limit, bank_account FROM customers WHERE id = 2;

-- NULL means no limit: the board is asked. A field that does not change leaves its element out.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = NULL WHERE id = 1;
UPDATE customers SET bank_account = 'DE03' WHERE id = 3;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE status = 'not_submitted' ORDER BY id;
SELECT id, waiting_on FROM customer_workflow.proposals WHERE status = 'pending_approval' ORDER BY id;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(3);
SELECT id, status, waiting_on FROM customer_workflow.proposals WHERE id = 3;

-- Who did what, in the words of the history: every condition with its value, every assignment with its reason
RESET SESSION AUTHORIZATION;
\pset format unaligned
SELECT kind, person, element, step, comment, details - 'changes' AS details FROM customer_workflow.workflow_history WHERE proposal = 2 ORDER BY at;
SELECT kind, element, step, details ->> 'condition' AS condition, details -> 'value' AS value FROM customer_workflow.workflow_history
 WHERE proposal = 3 AND kind ~ 'evaluation' ORDER BY at;
\pset format aligned
SELECT proposal, field, person, action, comment, applied_at IS NOT NULL AS applied FROM customer_workflow.decisions ORDER BY at, field;

-- A condition that fails refuses at submit, with the place and PostgreSQL's message, and nothing has happened.
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.create_workflow('credit', 'customers', $${
  "elements": [
    {"approval": {"name": "Credit", "steps": [
      {"name": "Manager", "assign_to": {"role": "credit_managers"}},
      {"name": "Board", "when": "new.bank_account::bigint > 0", "assign_to": {"role": "route_steps_board"}}]}}
  ]}$$);
SELECT customer_workflow.activate_workflow('credit', 2);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 9 WHERE id = 2;
SELECT * FROM error_of('SELECT customer_workflow.submit(5)');
SELECT status, workflow, digest FROM customer_workflow.proposals WHERE id = 5;
RESET SESSION AUTHORIZATION;
SELECT kind FROM customer_workflow.workflow_history WHERE proposal = 5;
