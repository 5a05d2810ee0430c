-- Definitions, task and manual_decision: a task is completed and approves nothing; a manual decision chooses the way, and counts as a decision about the change.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, bank_account}');
SELECT customer_workflow.grant_duty('customers', 'steward', 'bob');
SELECT customer_workflow.create_workflow('bank', 'customers', $${
  "elements": [
    {"task": {"name": "Call", "assign_to": {"role": "credit_managers"}, "automatic_action": {"when": "proposal.fields = '{credit_limit}'", "action": "complete"}}},
    {"manual_decision": {"name": "Known?", "assign_to": {"user": "dave"}, "allowed_actions": [], "outcomes": [
      {"name": "yes", "elements": []},
      {"name": "no", "elements": [{"approval": {"name": "Check", "steps": [{"name": "Carol", "assign_to": {"user": "carol"}}]}}]},
      {"name": "not sure", "elements": [{"task": {"name": "Ask", "assign_to": {"user": "import"}}}]}]}}
  ]}$$);
SELECT customer_workflow.activate_workflow('bank', 1);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET bank_account = 'DE91' WHERE id = 1;
UPDATE customers SET bank_account = 'DE92' WHERE id = 2;
UPDATE customers SET credit_limit = 93 WHERE id = 3;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals ORDER BY id;
SELECT id, waiting_on FROM customer_workflow.proposals ORDER BY id;

-- A task cannot be approved, only completed.
SET SESSION AUTHORIZATION bob;
SELECT work_item AS item, proposal, element, allowed_actions FROM customer_workflow.my_work_items ORDER BY proposal;
SELECT * FROM error_of('SELECT customer_workflow.approve(1)');
SELECT work_item AS one FROM customer_workflow.my_work_items WHERE proposal = 1 \gset
SELECT customer_workflow.complete_task(:one, 'I rang them');
SELECT * FROM error_of(format('SELECT customer_workflow.complete_task(%s)', :one));
SELECT work_item AS two FROM customer_workflow.my_work_items WHERE proposal = 2 \gset
SELECT customer_workflow.complete_task(:two);

-- A manual decision is neither approved nor completed, and knows only its outcomes.
SET SESSION AUTHORIZATION dave;
SELECT proposal, element, allowed_actions FROM customer_workflow.my_work_items ORDER BY proposal;
SELECT work_item AS one FROM customer_workflow.my_work_items WHERE proposal = 1 \gset
SELECT work_item AS two FROM customer_workflow.my_work_items WHERE proposal = 2 \gset
SELECT work_item AS three FROM customer_workflow.my_work_items WHERE proposal = 3 \gset
SELECT * FROM error_of('SELECT customer_workflow.approve(1)');
SELECT * FROM error_of(format('SELECT customer_workflow.complete_task(%s)', :one));
SELECT * FROM error_of(format('SELECT customer_workflow.decide_outcome(%s, %L)', :one, 'perhaps'));
SELECT * FROM error_of($$SELECT customer_workflow.delegate(1, 'import')$$);
SELECT customer_workflow.decide_outcome(:one, 'yes', 'an old friend');
SELECT customer_workflow.decide_outcome(:two, 'no');
SELECT customer_workflow.decide_outcome(:three, 'not sure');
SELECT id, status, waiting_on FROM customer_workflow.proposals ORDER BY id;
SELECT bank_account FROM customers WHERE id = 1;
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.approve(2);
SET SESSION AUTHORIZATION import;
SELECT work_item AS three FROM customer_workflow.my_work_items WHERE proposal = 3 \gset
SELECT customer_workflow.complete_task(:three);
SELECT id, credit_limit, bank_account FROM customers ORDER BY id;
RESET SESSION AUTHORIZATION;
\pset format unaligned
SELECT proposal, kind, person, element, comment, details FROM customer_workflow.workflow_history WHERE proposal IN (1, 3) AND kind NOT IN ('proposed', 'submitted') ORDER BY proposal, at;
\pset format aligned

-- Who may not approve may not choose: dave's own change finds nobody. A task may be refused as well.
SET SESSION AUTHORIZATION dave;
UPDATE customers SET bank_account = 'DE94' WHERE id = 1;
SELECT * FROM error_of('SELECT customer_workflow.submit(4)');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET bank_account = 'DE95' WHERE id = 2;
SELECT customer_workflow.submit(5);
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.reject(5, 'they do not answer');
SELECT status FROM customer_workflow.proposals WHERE id = 5;

-- Steps after a task, on the way that was chosen; a workflow of tasks alone approves nothing and is refused when it is made.
SET SESSION AUTHORIZATION erp_owner;
SELECT path, message FROM customer_workflow.validate_workflow('{"elements": [{"task": {"name": "Call", "assign_to": {"role": "credit_managers"}}}]}', 'customers');
