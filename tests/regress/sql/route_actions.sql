-- Definitions, allowed_actions: what a work item allows is what its verbs do, and approve is always among them.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit}');
SELECT customer_workflow.create_workflow('credit', 'customers', $${
  "elements": [
    {"approval": {"name": "First", "allowed_actions": ["approve"], "steps": [{"name": "One", "assign_to": {"role": "credit_managers"}}]}},
    {"approval": {"name": "Second", "allowed_actions": ["approve", "reject"], "steps": [{"name": "One", "assign_to": {"role": "credit_managers"}}]}},
    {"approval": {"name": "Third", "steps": [{"name": "One", "assign_to": {"role": "credit_managers"}}]}}
  ]}$$);
SELECT customer_workflow.activate_workflow('credit', 1);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SELECT customer_workflow.submit(1);

-- In the first element nobody can reject, ask for a change or delegate; the views say so.
SET SESSION AUTHORIZATION bob;
SELECT element, allowed_actions FROM customer_workflow.my_work_items;
SELECT * FROM error_of($$SELECT customer_workflow.reject(1, 'no')$$);
SELECT * FROM error_of($$SELECT customer_workflow.request_change(1, 'less')$$);
SELECT * FROM error_of($$SELECT customer_workflow.delegate(1, 'dave')$$);
SELECT * FROM customer_workflow.reject_many('{1}', 'no');
SELECT status FROM customer_workflow.proposals;
SELECT customer_workflow.approve(1);

SELECT element, allowed_actions FROM customer_workflow.my_work_items;
SELECT * FROM error_of($$SELECT customer_workflow.request_change(1, 'less')$$);
SELECT customer_workflow.approve(1);

SELECT element, allowed_actions FROM customer_workflow.my_work_items;
SELECT customer_workflow.request_change(1, 'less, please');
SELECT status, waiting_on FROM customer_workflow.proposals;

-- A task is completed and a manual decision decided, not approved.
SET SESSION AUTHORIZATION erp_owner;
SELECT path, severity, message FROM customer_workflow.validate_workflow($${
  "elements": [{"approval": {"name": "First", "allowed_actions": ["reject"], "steps": [{"name": "One", "assign_to": {"role": "credit_managers"}}]}}]}$$, 'customers');
