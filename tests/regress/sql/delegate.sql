-- delegate(): the caller's place on a work item goes to another person, who acts in his name; the role that holds it keeps its own.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE accounts (id int PRIMARY KEY, name text, credit_limit numeric);
INSERT INTO accounts SELECT i, 'Account ' || i, 100 FROM generate_series(1, 5) AS i;
GRANT SELECT, UPDATE ON accounts TO alice, dave, erp;
SELECT customer_workflow.protect('accounts', '{credit_limit}', 'credit_managers');
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET credit_limit = 200 WHERE id < 4;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals ORDER BY id;

-- bob, a credit manager, gives it to import, who is none; carol may still decide it
SET SESSION AUTHORIZATION import;
SELECT count(*) AS mine FROM customer_workflow.my_work_items;
SELECT customer_workflow.approve(1);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.delegate(1, 'import', 'I am away');
SET SESSION AUTHORIZATION carol;
SELECT proposal FROM customer_workflow.my_work_items ORDER BY work_item;
SET SESSION AUTHORIZATION import;
SELECT proposal, record_key, author, allowed_actions FROM customer_workflow.my_work_items ORDER BY work_item;
SELECT proposal, assignee, status FROM customer_workflow.work_items ORDER BY work_item;
SELECT id, waiting_on FROM customer_workflow.proposals ORDER BY id;
SELECT customer_workflow.review(1) -> 'waiting_on' AS waiting_on, customer_workflow.review(1) -> 'allowed_actions' AS allowed_actions,
       jsonb_path_query(customer_workflow.review(1), '$.work_items[*].allowed_actions') AS of_item;

-- The delegate gives it further; nobody who had it gets it back, no party to the change gets it
SELECT customer_workflow.delegate(1, 'bob');
\echo :SQLSTATE
SELECT customer_workflow.delegate(1, 'alice');
\echo :SQLSTATE
SELECT customer_workflow.delegate(1, 'person:maria', 'you know him');
SELECT customer_workflow.delegate(1, 'carol');
\echo :SQLSTATE
SELECT count(*) AS mine FROM customer_workflow.my_work_items;
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.set_application_role('erp');
SET SESSION AUTHORIZATION erp;
BEGIN;
SELECT customer_workflow.act_as('maria');
SELECT proposal FROM customer_workflow.my_work_items;
SELECT customer_workflow.approve(1, 'fine');
COMMIT;
SELECT credit_limit FROM accounts WHERE id = 1;

-- On record: who acted, and for whom
RESET SESSION AUTHORIZATION;
SELECT kind, person, on_behalf_of, comment, details FROM customer_workflow.workflow_history WHERE proposal = 1 AND kind <> 'proposed' ORDER BY at;
SELECT person, on_behalf_of, action FROM customer_workflow.decisions WHERE proposal = 1;
SELECT count(*) AS places FROM customer_workflow.work_item_place;

-- A single work item, and what is refused: not mine, not pending, no such person, nobody who acts, somebody who has it
SELECT id AS item FROM customer_workflow.work_item WHERE proposal = 2 \gset
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.delegate(2, 'import', work_item => :item);
SELECT customer_workflow.delegate(2, 'import', work_item => :item);
\echo :SQLSTATE
SELECT customer_workflow.delegate(2, 'bob');
\echo :SQLSTATE
SELECT customer_workflow.delegate(1, 'import');
\echo :SQLSTATE
SELECT customer_workflow.delegate(3, 'import', work_item => :item);
\echo :SQLSTATE
SELECT customer_workflow.delegate(2, 'nobody_at_all');
\echo :SQLSTATE
SELECT customer_workflow.delegate(2, 'credit_managers');
\echo :SQLSTATE
SELECT customer_workflow.delegate(2, NULL);
\echo :SQLSTATE
SELECT customer_workflow.delegate(NULL, 'import');
\echo :SQLSTATE
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.delegate(2, 'import');
\echo :SQLSTATE
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.delegate(2, 'import');
\echo :SQLSTATE

-- A place is lost when the proposal is taken back
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.recall(2);
SET SESSION AUTHORIZATION import;
SELECT count(*) AS mine FROM customer_workflow.my_work_items;
SELECT customer_workflow.approve(2);
\echo :SQLSTATE
RESET SESSION AUTHORIZATION;
SELECT count(*) AS places FROM customer_workflow.work_item_place;
