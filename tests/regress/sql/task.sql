-- complete_task(): a task of a workflow is done by whom it waits for, and the workflow goes on.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE accounts (id int PRIMARY KEY, name text, credit_limit numeric);
INSERT INTO accounts SELECT i, 'Account ' || i, 100 FROM generate_series(1, 5) AS i;
GRANT SELECT, UPDATE ON accounts TO alice;
SELECT customer_workflow.protect('accounts', '{credit_limit}', 'credit_managers');
SELECT customer_workflow.create_workflow('Rating', 'accounts', '{"elements": [
    {"task": {"name": "Look up the rating", "assign_to": {"user": "dave"}, "subject": "Rating for {{proposal.author}}", "instructions": "Old limit: {{old.credit_limit}}"}},
    {"approval": {"name": "Approval", "steps": [{"name": "Manager", "assign_to": {"role": "credit_managers"}}]}}]}');
SELECT customer_workflow.activate_workflow('Rating', 1);
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET credit_limit = 200;
SELECT * FROM customer_workflow.submit_many(ARRAY(SELECT id FROM customer_workflow.proposals ORDER BY id));

-- It waits for dave, who completes it; then the credit managers approve
SET SESSION AUTHORIZATION dave;
SELECT work_item, proposal, element, step, subject, instructions, allowed_actions FROM customer_workflow.my_work_items ORDER BY work_item LIMIT 2;
SELECT customer_workflow.review(1) -> 'allowed_actions' AS allowed_actions;
SELECT customer_workflow.complete_task(1, 'AAA');
SET SESSION AUTHORIZATION bob;
SELECT proposal, element, step, subject, allowed_actions FROM customer_workflow.my_work_items ORDER BY work_item;
SELECT customer_workflow.approve(1);
RESET SESSION AUTHORIZATION;
SELECT credit_limit FROM accounts WHERE id = 1;
SELECT kind, person, element, step, comment FROM customer_workflow.workflow_history WHERE proposal = 1 AND kind <> 'proposed' ORDER BY at;
SELECT work_item, element, assignee, status FROM customer_workflow.work_items WHERE proposal = 1 ORDER BY work_item;

-- Refused: what is done, what does not exist, what waits for another, one's own change, what is no task, approving a task
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.complete_task(1);
\echo :SQLSTATE
SELECT customer_workflow.complete_task(4711);
\echo :SQLSTATE
SELECT customer_workflow.complete_task(NULL);
\echo :SQLSTATE
SELECT customer_workflow.approve(2);
\echo :SQLSTATE
SELECT customer_workflow.decide_outcome(2, 'yes');
\echo :SQLSTATE
SELECT customer_workflow.complete_task(2);
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.complete_task(3);
\echo :SQLSTATE
SET SESSION AUTHORIZATION erp;
SELECT customer_workflow.complete_task(3);
\echo :SQLSTATE
SET SESSION AUTHORIZATION bob;
SELECT work_item AS of_managers FROM customer_workflow.my_work_items \gset
SELECT customer_workflow.complete_task(:of_managers);
\echo :SQLSTATE
SELECT customer_workflow.complete_task(3);
\echo :SQLSTATE

-- A task can be rejected and sent back, where the workflow does not say otherwise, and delegated
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.request_change(3, 'which account?');
SELECT customer_workflow.delegate(4, 'carol');
SET SESSION AUTHORIZATION carol;
SELECT work_item, allowed_actions FROM customer_workflow.my_work_items WHERE proposal = 4 \gx
SELECT customer_workflow.complete_task(4);

-- Not while approvals are disabled; and with a comment where the table asks for one
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.disable('accounts');
SET SESSION AUTHORIZATION dave;
SELECT allowed_actions FROM customer_workflow.my_work_items;
SELECT customer_workflow.complete_task(5);
\echo :SQLSTATE
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.enable('accounts');
SELECT customer_workflow.configure('accounts', '{"comment_required": ["complete_task"]}');
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.complete_task(5, ' ');
\echo :SQLSTATE
SELECT customer_workflow.complete_task(5, 'B');
