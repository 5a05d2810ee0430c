-- reroute(): a running proposal starts anew by the workflow that is active for it now; nothing that does not fit is stuck.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
CREATE ROLE reroute_board LOGIN;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE accounts (id int PRIMARY KEY, name text, credit_limit numeric);
INSERT INTO accounts SELECT i, 'Account ' || i, 100 FROM generate_series(1, 6) AS i;
GRANT SELECT, UPDATE ON accounts TO alice;
SELECT customer_workflow.protect('accounts', '{credit_limit}', 'credit_managers');
SELECT customer_workflow.grant_duty('accounts', 'administrator', 'import');
SELECT customer_workflow.create_workflow('Credit', 'accounts', '{"elements": [{"approval": {"name": "Approval", "steps": [
    {"name": "First", "assign_to": {"role": "credit_managers"}}, {"name": "Board", "assign_to": {"role": "reroute_board"}}]}}]}');
SELECT customer_workflow.create_workflow('Credit', 'accounts', '{"elements": [{"approval": {"name": "Approval",
    "automatic_action": {"when": "new.credit_limit < 200", "action": "approve"},
    "steps": [{"name": "Only", "assign_to": {"user": "dave"}}]}}]}');
SELECT customer_workflow.activate_workflow('Credit', 1);
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET credit_limit = CASE id WHEN 6 THEN 150 ELSE 200 END;
SELECT * FROM customer_workflow.submit_many('{1,2,3,4,6}');
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1);
SELECT customer_workflow.approve(2);

-- The role of the second step is dropped: whoever decides the first is told, and an administrator helps
RESET SESSION AUTHORIZATION;
DROP ROLE reroute_board;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(3);
\echo :SQLSTATE
SET SESSION AUTHORIZATION import;
SELECT customer_workflow.reroute(3);
\echo :SQLSTATE
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.activate_workflow('Credit', 2);
-- What runs keeps its version; rerouted it takes the one that is active now, and earlier approvals are void
SELECT id, workflow, version, waiting_on FROM customer_workflow.proposals ORDER BY id;
SELECT digest AS before FROM customer_workflow.proposals WHERE id = 1 \gset
SET SESSION AUTHORIZATION import;
SELECT customer_workflow.reroute(1, 'the board was dissolved');
SELECT id, workflow, version, waiting_on, digest <> :'before' AS other_digest FROM customer_workflow.proposals WHERE id = 1;
SELECT work_item, step, assignee, status FROM customer_workflow.work_items WHERE proposal = 1 ORDER BY work_item;
SET SESSION AUTHORIZATION dave;
SELECT value FROM error_of(format('SELECT customer_workflow.approve(1, digest => %L)', :'before')) WHERE field IN ('sqlstate', 'message');
SELECT customer_workflow.approve(1, digest => digest) FROM customer_workflow.my_work_items WHERE proposal = 1;
RESET SESSION AUTHORIZATION;
SELECT kind, person, step, comment FROM customer_workflow.workflow_history WHERE proposal = 1 AND kind <> 'proposed' ORDER BY at;
-- also to the end, where the new workflow approves it by itself
SET SESSION AUTHORIZATION import;
SELECT customer_workflow.reroute(6);

-- Without an active workflow it is the approvers of the table again
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.deactivate_workflow('Credit');
SELECT customer_workflow.reroute(2);
SELECT id, workflow, version, waiting_on FROM customer_workflow.proposals WHERE id = 2;
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.approve(2);

-- Only what runs, by owner and administrators, while approvals are enabled
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.reroute(3);
\echo :SQLSTATE
SET SESSION AUTHORIZATION erp;
SELECT customer_workflow.reroute(3);
\echo :SQLSTATE
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.reroute(5);
\echo :SQLSTATE
SELECT customer_workflow.reroute(2);
\echo :SQLSTATE
SELECT customer_workflow.disable('accounts');
SELECT customer_workflow.reroute(3);
\echo :SQLSTATE
SELECT customer_workflow.enable('accounts');

-- Where no workflow is for it, it goes on as it was
SELECT customer_workflow.create_workflow('Germany', 'accounts', '{"when": "new.name = ''Germany''", "elements": [{"approval": {"name": "Approval",
    "steps": [{"name": "Only", "assign_to": {"user": "dave"}}]}}]}');
SELECT customer_workflow.activate_workflow('Germany', 1);
SELECT customer_workflow.reroute(3);
\echo :SQLSTATE
SELECT id, workflow, version, waiting_on FROM customer_workflow.proposals WHERE id = 3;

-- activate_workflow(…, 'reroute') does it to all that run in another version
SELECT customer_workflow.deactivate_workflow('Germany');
SELECT customer_workflow.activate_workflow('Credit', 2, 'reroute');
SELECT id, status, workflow, version, waiting_on FROM customer_workflow.proposals WHERE id IN (3, 4) ORDER BY id;
-- with a WARNING where some could not be
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(5);
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.create_workflow('Credit', 'accounts', '{"elements": [{"approval": {"name": "Approval", "steps": [{"name": "Only", "assign_to": {"user": "alice"}}]}}]}');
SELECT customer_workflow.activate_workflow('Credit', 3, 'reroute');
SELECT id, status, workflow, version, waiting_on FROM customer_workflow.proposals WHERE id > 2 ORDER BY id;
