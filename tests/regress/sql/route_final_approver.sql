-- Definitions, final_approver: decides last where author, originator or an editor is among the assignees of a step, and in place of a step that has nobody else.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit}');
SELECT customer_workflow.grant_duty('customers', 'steward', 'bob');
GRANT UPDATE ON customers TO carol;
SELECT customer_workflow.create_workflow('credit', 'customers', $${
  "elements": [
    {"approval": {"name": "Credit", "final_approver": {"user": "dave"}, "allowed_actions": ["approve", "reject"], "steps": [
      {"name": "Managers", "assign_to": {"role": "credit_managers"}},
      {"name": "Carol", "when": "new.credit_limit > 1000", "assign_to": {"user": "carol"}}]}}
  ]}$$);
SELECT customer_workflow.activate_workflow('credit', 1);

-- alice is no manager: dave is not asked.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 500 WHERE id = 1;
SELECT customer_workflow.submit(1);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1);

-- bob is one: carol decides the step, and dave after her.
UPDATE customers SET credit_limit = 600 WHERE id = 1;
SELECT customer_workflow.submit(2);
SELECT waiting_on FROM customer_workflow.proposals WHERE id = 2;
SELECT * FROM error_of('SELECT customer_workflow.approve(2)');
SET SESSION AUTHORIZATION dave;
SELECT * FROM error_of('SELECT customer_workflow.approve(2)');
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.approve(2);
SET SESSION AUTHORIZATION dave;
SELECT element, step, allowed_actions FROM customer_workflow.my_work_items;
SELECT customer_workflow.approve(2);

-- So it is where bob only submitted what alice wrote.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 700 WHERE id = 1;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.submit(3);
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.approve(3);
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.reject(3, 'no');
SELECT id, status FROM customer_workflow.proposals ORDER BY id;

-- Where carol is the author, the step that only she could decide is his.
SET SESSION AUTHORIZATION carol;
UPDATE customers SET credit_limit = 5000 WHERE id = 2;
SELECT customer_workflow.submit(4);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(4);
SELECT waiting_on FROM customer_workflow.proposals WHERE id = 4;
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.approve(4);
SELECT id, credit_limit FROM customers ORDER BY id;
RESET SESSION AUTHORIZATION;
SELECT kind, person, step FROM customer_workflow.workflow_history WHERE proposal = 4 ORDER BY at;

-- A final approver who made the change himself is none: refused at submit.
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.create_workflow('credit', 'customers', $${
  "elements": [
    {"approval": {"name": "Credit", "final_approver": {"user": "carol"}, "steps": [
      {"name": "Managers", "assign_to": {"role": "credit_managers"}}]}}
  ]}$$);
SELECT customer_workflow.activate_workflow('credit', 2);
SET SESSION AUTHORIZATION carol;
UPDATE customers SET credit_limit = 6000 WHERE id = 2;
SELECT * FROM error_of('SELECT customer_workflow.submit(5)');
