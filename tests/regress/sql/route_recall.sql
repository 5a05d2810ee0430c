-- Verbs in the middle of a workflow: recall, an edit, cancel and disable; what was approved before is void, and the digest with it.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, bank_account}');
SELECT customer_workflow.create_workflow('credit', 'customers', $${
  "resubmission": "changed_only",
  "elements": [
    {"approval": {"name": "Credit", "steps": [
      {"name": "Bob", "assign_to": {"user": "bob"}},
      {"name": "Carol", "assign_to": {"user": "carol"}}]}}
  ]}$$);
SELECT customer_workflow.activate_workflow('credit', 1);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SELECT customer_workflow.submit(1);
SELECT digest AS first FROM customer_workflow.proposals WHERE id = 1 \gset
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1, digest => :'first');

-- alice edits it behind the second approver's back: it is a draft again, and starts at the first step.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 50000 WHERE id = 1;
SELECT status, waiting_on, digest FROM customer_workflow.proposals WHERE id = 1;
SET SESSION AUTHORIZATION carol;
SELECT * FROM error_of('SELECT customer_workflow.approve(1)');
SELECT count(*) FROM customer_workflow.my_work_items;
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(1);
SELECT waiting_on FROM customer_workflow.proposals WHERE id = 1;
SET SESSION AUTHORIZATION bob;
SELECT sqlstate FROM (SELECT value AS sqlstate FROM error_of(format('SELECT customer_workflow.approve(1, digest => %L)', :'first')) WHERE field = 'sqlstate') AS e;
SELECT customer_workflow.approve(1);

-- recall in the second step, and submitted unchanged: from the start all the same
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.recall(1, 'wait');
SET SESSION AUTHORIZATION carol;
SELECT value FROM error_of('SELECT customer_workflow.approve(1)') WHERE field = 'sqlstate';
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(1);
SELECT waiting_on FROM customer_workflow.proposals WHERE id = 1;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1);

-- disable: nothing can be approved, but sent back; enable: it goes on where it stood
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.disable('customers');
SET SESSION AUTHORIZATION carol;
SELECT * FROM error_of('SELECT customer_workflow.approve(1)');
SELECT allowed_actions FROM customer_workflow.my_work_items;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.enable('customers');
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.approve(1);
SELECT credit_limit FROM customers WHERE id = 1;

-- cancel in the second step: nothing of it is left open
SET SESSION AUTHORIZATION alice;
UPDATE customers SET bank_account = 'X' WHERE id = 1;
SELECT customer_workflow.submit(2);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(2);
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.cancel(2);
RESET SESSION AUTHORIZATION;
SELECT step, assignee, status FROM customer_workflow.work_items WHERE proposal = 2 ORDER BY work_item;

-- Every verb of another who is not concerned is refused in the second step as in the first.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET bank_account = 'Y' WHERE id = 1;
SELECT customer_workflow.submit(3);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(3);
SELECT value FROM error_of('SELECT customer_workflow.recall(3)') WHERE field = 'sqlstate';
SELECT value FROM error_of($$SELECT customer_workflow.reject(3, 'no')$$) WHERE field = 'sqlstate';
SET SESSION AUTHORIZATION dave;
SELECT value FROM error_of('SELECT customer_workflow.approve(3)') WHERE field = 'sqlstate';
SELECT value FROM error_of('SELECT customer_workflow.submit(3)') WHERE field = 'sqlstate';
