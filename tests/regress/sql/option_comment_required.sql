-- Design 5.1, option comment_required: the verbs that need a reason. Reject and request_change always do.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');

-- [], the default
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000;
SELECT customer_workflow.submit(1);
SELECT customer_workflow.recall(1);
SELECT customer_workflow.submit(1);
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of('SELECT customer_workflow.reject(1, NULL)');
SELECT * FROM error_of('SELECT customer_workflow.request_change(1, NULL)');
SELECT customer_workflow.approve(1);
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.cancel(2);

-- each verb that it names, and no other
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('customers', '{"comment_required": ["submit", "cancel"]}');
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of('SELECT customer_workflow.submit(3)');
-- blanks are no reason
SELECT field, value FROM error_of('SELECT customer_workflow.submit(3, ''   '')') WHERE field = 'sqlstate';
SELECT * FROM customer_workflow.submit_many('{3}');
SELECT * FROM customer_workflow.submit_many('{3}', 'new framework agreement');
SELECT customer_workflow.recall(3);
SELECT * FROM error_of('SELECT customer_workflow.cancel(3)');
SELECT customer_workflow.cancel(3, 'agreement was not signed');

SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('customers', '{"comment_required": ["recall", "approve"]}');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 6000 WHERE id = 2;
SELECT customer_workflow.submit(4);
SELECT customer_workflow.recall(4);
\echo :SQLSTATE
SELECT customer_workflow.recall(4, 'typo');
SELECT customer_workflow.submit(4);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(4);
\echo :SQLSTATE
SELECT customer_workflow.approve(4, 'checked with the bank');
SELECT proposal, kind, person, comment FROM customer_workflow.workflow_history WHERE comment IS NOT NULL;
SET SESSION AUTHORIZATION erp_owner;
SELECT proposal, kind, person, comment FROM customer_workflow.workflow_history WHERE proposal = 3 AND comment IS NOT NULL;

-- what starts by itself has nobody to give a reason
SELECT customer_workflow.configure('customers', '{"comment_required": ["submit"]}');
SELECT customer_workflow.set_data_entity('import', 'customers');
SET SESSION AUTHORIZATION import;
UPDATE customers SET credit_limit = 7000 WHERE id = 3;
SELECT status, submit_message FROM customer_workflow.proposals WHERE author = 'import';
