-- reassign(): administrators give work items to other people, in place of those who have them.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SELECT customer_workflow.add_group_member('board', 'alice');
SELECT customer_workflow.add_group_member('board', 'dave');
SELECT customer_workflow.add_group_member('board', 'person:maria');
SELECT customer_workflow.add_group_member('authors', 'alice');
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE accounts (id int PRIMARY KEY, name text, credit_limit numeric);
INSERT INTO accounts SELECT i, 'Account ' || i, 100 FROM generate_series(1, 4) AS i;
GRANT SELECT, UPDATE ON accounts TO alice, bob;
SELECT customer_workflow.protect('accounts', '{credit_limit}', 'credit_managers');
SELECT customer_workflow.grant_duty('accounts', 'administrator', 'import');
SELECT customer_workflow.create_workflow('Two', 'accounts', '{"distinct_approvers": true, "elements": [{"approval": {"name": "Approval", "steps": [
    {"name": "First", "assign_to": {"role": "credit_managers"}},
    {"name": "Both", "assign_to": {"group": "board"}, "completion_policy": "all_approvers"}]}}]}');
SELECT customer_workflow.activate_workflow('Two', 1);
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET credit_limit = 200;
SELECT * FROM customer_workflow.submit_many(ARRAY(SELECT id FROM customer_workflow.proposals ORDER BY id));
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.approve(2);
SELECT customer_workflow.approve(4);

SET SESSION AUTHORIZATION import;
SELECT work_item, proposal, step, assignee, status FROM customer_workflow.work_items WHERE status = 'open' ORDER BY work_item;
-- To a person; a role that held an item holds it no longer. A row each, in the order asked for
SELECT * FROM customer_workflow.reassign('{3,1,99,1,NULL}', 'dave', 'bob and carol are ill');
SET SESSION AUTHORIZATION bob;
SELECT count(*) FROM customer_workflow.my_work_items;
SET SESSION AUTHORIZATION dave;
SELECT work_item, proposal, step FROM customer_workflow.my_work_items ORDER BY work_item;
-- To a role or group: its members who may have it. Not alice, whose change it is
SET SESSION AUTHORIZATION import;
SELECT * FROM customer_workflow.reassign('{1}', 'group:board', 'let the board do it');
SELECT work_item, assignee FROM customer_workflow.work_items WHERE work_item = 1;
-- Refused one by one: a party, one who has another place in the step or decided it, one who decided an earlier step
SELECT * FROM customer_workflow.reassign('{1,3}', 'alice', 'why not');
SELECT work_item AS maria FROM customer_workflow.work_items WHERE proposal = 2 AND assignee = 'person:maria' AND status = 'open' \gset
SELECT * FROM customer_workflow.reassign(ARRAY[:maria], 'dave', 'again');
SELECT * FROM customer_workflow.reassign(ARRAY[:maria], 'carol', 'again');
SELECT * FROM customer_workflow.reassign(ARRAY[:maria], 'role:credit_managers', 'again');
SELECT work_item, assignee FROM customer_workflow.work_items WHERE work_item = :maria;
SELECT * FROM customer_workflow.reassign(ARRAY[:maria], 'group:board', 'back to maria');
SELECT * FROM customer_workflow.reassign(ARRAY[:maria], 'group:authors', 'only alice is in it');

-- What is closed; not pending
SELECT * FROM customer_workflow.reassign(ARRAY(SELECT work_item FROM customer_workflow.work_items WHERE proposal = 4 AND status = 'approved'), 'dave', 'too late');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.recall(3);
SET SESSION AUTHORIZATION import;
SELECT * FROM customer_workflow.reassign('{3}', 'dave', 'too late');

-- Only administrators and the owner, with a comment; to somebody
SET SESSION AUTHORIZATION bob;
SELECT * FROM customer_workflow.reassign('{1}', 'bob', 'mine');
SET SESSION AUTHORIZATION erp;
SELECT * FROM customer_workflow.reassign('{1}', 'bob', 'mine');
SET SESSION AUTHORIZATION erp_owner;
SELECT * FROM customer_workflow.reassign('{1}', 'dave', '');
\echo :SQLSTATE
SELECT * FROM customer_workflow.reassign('{1}', 'nobody_at_all', 'x');
\echo :SQLSTATE
SELECT * FROM customer_workflow.reassign('{1}', 'group:empty', 'x');
\echo :SQLSTATE
SELECT * FROM customer_workflow.reassign(NULL, 'dave', 'x');
SELECT * FROM customer_workflow.reassign('{1}', 'dave', 'the owner may');

-- The new assignee decides; on record
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.approve(1);
RESET SESSION AUTHORIZATION;
SELECT kind, person, on_behalf_of, step, comment, details FROM customer_workflow.workflow_history WHERE proposal = 1 AND kind IN ('reassigned', 'approved') ORDER BY at;
