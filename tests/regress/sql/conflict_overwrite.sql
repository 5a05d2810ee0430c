-- Promise 4, parameter on_conflict: whoever approves over what moved says so, at every step, and the history has the value that was proposed over and the one that is overwritten.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, bank_account}');
SELECT customer_workflow.set_data_entity('erp', 'customers', '{"behavior": "allow_without_approval"}');
SELECT customer_workflow.create_workflow('credit', 'customers', $${
  "elements": [
    {"approval": {"name": "Credit", "steps": [
      {"name": "Bob", "assign_to": {"user": "bob"}},
      {"name": "Carol", "assign_to": {"user": "carol"}}]}},
    {"approval": {"name": "Small", "automatic_action": {"when": "new.credit_limit < 9000", "action": "approve"}, "steps": [
      {"name": "Dave", "assign_to": {"user": "dave"}}]}}
  ]}$$);
SELECT customer_workflow.activate_workflow('credit', 1);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000, bank_account = 'DE55' WHERE id = 1;
SELECT customer_workflow.submit(1);
SET SESSION AUTHORIZATION erp;
UPDATE customers SET credit_limit = 1500 WHERE id = 1;

SET SESSION AUTHORIZATION bob;
SELECT value FROM error_of('SELECT customer_workflow.approve(1)') WHERE field = 'sqlstate';
SELECT customer_workflow.approve(1, 'I know', on_conflict => 'overwrite');
-- It moves once more before the last approval, which has its own say.
SET SESSION AUTHORIZATION erp;
UPDATE customers SET credit_limit = NULL WHERE id = 1;
SET SESSION AUTHORIZATION carol;
SELECT field, value FROM error_of('SELECT customer_workflow.approve(1)') WHERE field IN ('sqlstate', 'message', 'detail');
SELECT customer_workflow.approve(1, on_conflict => 'overwrite');
SELECT credit_limit, bank_account FROM customers WHERE id = 1;

-- what each has said to overwrite; the system, which approved the rest, has said nothing
RESET SESSION AUTHORIZATION;
SELECT kind, element, step, person, comment, details FROM customer_workflow.workflow_history
 WHERE proposal = 1 AND kind IN ('approved', 'applied') ORDER BY at;

-- many at once, by option conflict of the table: those that had moved, and no others
SELECT customer_workflow.configure('customers', '{"conflict": "overwrite"}');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 6000, bank_account = 'DE66' WHERE id IN (2, 3);
SELECT customer_workflow.submit(p) FROM generate_series(2, 3) AS p;
SET SESSION AUTHORIZATION erp;
UPDATE customers SET credit_limit = 2500, bank_account = 'DE25' WHERE id = 2;
SET SESSION AUTHORIZATION bob;
SELECT * FROM customer_workflow.approve_many('{2,3}');
SELECT proposal, kind, person, details FROM customer_workflow.workflow_history WHERE proposal IN (2, 3) AND kind = 'approved' ORDER BY proposal;

-- A value of which the history would be flooded is told by its digest.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET bank_account = 'DE77' WHERE id = 1;
SELECT customer_workflow.submit(4);
SET SESSION AUTHORIZATION erp;
UPDATE customers SET bank_account = repeat('x', 1048577) WHERE id = 1;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(4);
RESET SESSION AUTHORIZATION;
SELECT details #>> '{overwritten,0,stored,bytes}' AS bytes FROM customer_workflow.workflow_history WHERE proposal = 4 AND kind = 'approved';
