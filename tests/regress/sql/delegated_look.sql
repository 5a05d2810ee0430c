-- What a delegate sees of a proposal, and no longer; and parties, where the workflow lets them decide.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE accounts (id int PRIMARY KEY, name text, credit_limit numeric);
INSERT INTO accounts SELECT i, 'Account ' || i, 100 FROM generate_series(1, 2) AS i;
GRANT UPDATE (credit_limit), SELECT (id) ON accounts TO alice;
SELECT customer_workflow.protect('accounts', '{credit_limit}', 'credit_managers');
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET credit_limit = 200 WHERE id = 1;
SELECT customer_workflow.submit(1);

-- dave may not read the table, and sees the proposal while he has a place in it
SET SESSION AUTHORIZATION dave;
SELECT count(*) FROM customer_workflow.proposals;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.delegate(1, 'dave');
SET SESSION AUTHORIZATION dave;
SELECT id, waiting_on FROM customer_workflow.proposals;
SELECT field, original_value, proposed_value, current_value FROM customer_workflow.proposed_changes;
SELECT jsonb_pretty(jsonb_path_query_array(customer_workflow.review(1), '$.work_items[*]') #- '{0,created_at}') AS work_items;
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.reject(1, 'too high');
SET SESSION AUTHORIZATION dave;
SELECT count(*) FROM customer_workflow.proposals;
SELECT count(*) FROM customer_workflow.my_work_items;

-- Where the workflow says allow_self_approval, its author is shown his own
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.create_workflow('Self', 'accounts', '{"allow_self_approval": true, "elements": [{"approval": {"name": "Approval",
    "steps": [{"name": "Author", "assign_to": {"workflow_user": "author"}}]}}]}');
SELECT customer_workflow.activate_workflow('Self', 1);
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET credit_limit = 200 WHERE id = 2;
SELECT customer_workflow.submit(2);
SELECT proposal, allowed_actions FROM customer_workflow.my_work_items;
SELECT customer_workflow.review(2) -> 'allowed_actions' AS allowed_actions, jsonb_array_length(customer_workflow.review(2) -> 'work_items') AS work_items;
SELECT customer_workflow.approve(2);
