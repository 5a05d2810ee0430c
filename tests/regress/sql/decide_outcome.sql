-- decide_outcome(): a manual decision; the workflow goes on where its outcome leads.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SELECT customer_workflow.add_group_member('raters', 'bob');
SELECT customer_workflow.add_group_member('raters', 'carol');
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE accounts (id int PRIMARY KEY, name text, credit_limit numeric);
INSERT INTO accounts SELECT i, 'Account ' || i, 100 FROM generate_series(1, 4) AS i;
GRANT SELECT, UPDATE ON accounts TO alice, bob, dave;
SELECT customer_workflow.protect('accounts', '{credit_limit}', 'credit_managers');
SELECT customer_workflow.create_workflow('Rating', 'accounts', '{"elements": [
    {"manual_decision": {"name": "Rating", "assign_to": {"group": "raters"}, "outcomes": [
        {"name": "good", "elements": []},
        {"name": "bad", "elements": [{"approval": {"name": "Approval", "steps": [{"name": "Dave", "assign_to": {"user": "dave"}}]}}]}]}}]}');
SELECT customer_workflow.activate_workflow('Rating', 1);
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET credit_limit = 200;
SELECT * FROM customer_workflow.submit_many(ARRAY(SELECT id FROM customer_workflow.proposals ORDER BY id));

SET SESSION AUTHORIZATION bob;
SELECT work_item, proposal, element, step, allowed_actions FROM customer_workflow.my_work_items ORDER BY work_item LIMIT 2;
SELECT customer_workflow.review(1) -> 'allowed_actions' AS allowed_actions,
       jsonb_path_query(customer_workflow.review(1), '$.work_items[*].outcomes') AS outcomes;
-- "good" leads to the end: the values are written
SELECT customer_workflow.decide_outcome(1, 'good', 'paid for ten years');
SELECT customer_workflow.decide_outcome(2, 'bad');
SELECT id, status, waiting_on FROM customer_workflow.proposals ORDER BY id;
SELECT credit_limit FROM accounts ORDER BY id;
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.approve(2);
SELECT credit_limit FROM accounts ORDER BY id;
RESET SESSION AUTHORIZATION;
SELECT proposal, kind, person, element, step, comment, details FROM customer_workflow.workflow_history WHERE proposal < 3 AND kind NOT IN ('proposed', 'submitted') ORDER BY proposal, at;

SELECT proposal, person, action, comment, digest IS NOT NULL AS digest, applied_at IS NOT NULL AS applied FROM customer_workflow.decisions ORDER BY proposal, at;
SELECT jsonb_path_query_array(customer_workflow.review(2), '$.decided_by[*].action') AS decided_by;

-- Refused: another outcome, none, an approval, one's own change
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.decide_outcome(3, 'so so');
\echo :SQLSTATE
SELECT customer_workflow.decide_outcome(3, NULL);
\echo :SQLSTATE
SELECT customer_workflow.approve(3);
\echo :SQLSTATE
SELECT customer_workflow.complete_task(3);
\echo :SQLSTATE
SELECT customer_workflow.decide_outcome(1, 'bad');
\echo :SQLSTATE
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.add_group_member('raters', 'alice');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.decide_outcome(3, 'good');
\echo :SQLSTATE
-- The record moved: the outcome that ends the workflow does not overwrite it
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.disable('accounts');
UPDATE accounts SET credit_limit = 150 WHERE id = 3;
SELECT customer_workflow.enable('accounts');
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.decide_outcome(3, 'good');
\echo :SQLSTATE
SELECT id, status, conflict FROM customer_workflow.proposals WHERE id = 3;
