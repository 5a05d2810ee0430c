-- Design 4, Identity: who is a member of the approving role or group: by a real grant, direct or inherited, and by no other power.
\set SHOW_CONTEXT never
CREATE ROLE person_approvers_top;
CREATE ROLE person_approvers_team IN ROLE person_approvers_top;
CREATE ROLE person_approvers_ida LOGIN IN ROLE person_approvers_team;
CREATE ROLE person_approvers_jan LOGIN NOINHERIT IN ROLE person_approvers_team;
CREATE ROLE person_approvers_root LOGIN SUPERUSER;
CREATE ROLE person_approvers_app LOGIN;
SELECT customer_workflow.set_application_role('person_approvers_app');
SELECT customer_workflow.protect('customers', '{credit_limit}', 'role:person_approvers_top');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000;
SELECT outcome FROM customer_workflow.submit_many('{1,2,3}');

-- a superuser is not a member of every role
SET SESSION AUTHORIZATION person_approvers_root;
SELECT count(*) FROM customer_workflow.my_work_items;
SELECT * FROM error_of('SELECT customer_workflow.approve(1)');
-- unless he is granted it
RESET SESSION AUTHORIZATION;
GRANT person_approvers_top TO person_approvers_root;
SET SESSION AUTHORIZATION person_approvers_root;
SELECT customer_workflow.approve(1);

-- inherited through another role; NOINHERIT is a member, too
SET SESSION AUTHORIZATION person_approvers_ida;
SELECT count(*) FROM customer_workflow.my_work_items;
SELECT customer_workflow.approve(2);
SET SESSION AUTHORIZATION person_approvers_jan;
SELECT customer_workflow.approve(3);

-- a group: persons, and roles with their members
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.add_group_member('board', 'person:maria');
SELECT customer_workflow.add_group_member('board', 'role:person_approvers_team');
SELECT customer_workflow.protect('customers', '{credit_limit}', 'group:board');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 6000;
SELECT outcome FROM customer_workflow.submit_many('{4,5,6}');
SELECT waiting_on FROM customer_workflow.proposals WHERE id = 4;
SET SESSION AUTHORIZATION person_approvers_ida;
SELECT customer_workflow.approve(4);
SET SESSION AUTHORIZATION person_approvers_app;
BEGIN; SELECT customer_workflow.act_as('maria'); SELECT customer_workflow.approve(5); COMMIT;
-- not a person who is not in it
BEGIN; SELECT customer_workflow.act_as('otto'); SELECT * FROM error_of('SELECT customer_workflow.approve(6)'); COMMIT;
-- a member who has left has left, also for what waits already
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.remove_group_member('board', 'person:maria');
SET SESSION AUTHORIZATION person_approvers_app;
BEGIN; SELECT customer_workflow.act_as('maria'); SELECT field, value FROM error_of('SELECT customer_workflow.approve(6)') WHERE field = 'sqlstate'; COMMIT;

-- a single person, behind the pool
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.add_group_member('solo', 'person:maria');
SELECT customer_workflow.protect('customers', '{credit_limit}', 'group:solo');
GRANT SELECT, UPDATE ON customers TO person_approvers_app;
-- nobody else could decide what she proposes
SET SESSION AUTHORIZATION person_approvers_app;
BEGIN;
SELECT customer_workflow.act_as('maria');
UPDATE customers SET credit_limit = 9000 WHERE id = 1;
SELECT * FROM error_of('SELECT customer_workflow.submit(7)');
ROLLBACK;
-- a group without members
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.remove_group_member('solo', 'person:maria');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 9000 WHERE id = 1;
SELECT field, regexp_replace(value, 'proposal \d+', 'proposal N') AS value FROM error_of('SELECT customer_workflow.submit(max(id)) FROM customer_workflow.proposals WHERE author = ''alice''');

-- the pooled role itself decides nothing, since it has to name people
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.add_group_member('pool', 'role:person_approvers_app');
SELECT customer_workflow.protect('customers', '{credit_limit}', 'group:pool');
SET SESSION AUTHORIZATION alice;
SELECT field, value FROM error_of('SELECT customer_workflow.submit(max(id)) FROM customer_workflow.proposals WHERE author = ''alice''') WHERE field IN ('sqlstate', 'detail');
-- but it may switch to the roles that it belongs to, directly or not, and they act
RESET SESSION AUTHORIZATION;
CREATE ROLE person_approvers_nologin;
GRANT person_approvers_nologin TO person_approvers_team;
GRANT person_approvers_team TO person_approvers_app;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'role:person_approvers_nologin');
REVOKE person_approvers_team FROM person_approvers_ida, person_approvers_jan;
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(max(id)) FROM customer_workflow.proposals WHERE author = 'alice';
SET SESSION AUTHORIZATION person_approvers_app;
BEGIN;
SET LOCAL ROLE person_approvers_nologin;
SELECT customer_workflow.approve(max(proposal)) FROM customer_workflow.my_work_items;
ROLLBACK;
RESET SESSION AUTHORIZATION;
GRANT person_approvers_team TO person_approvers_ida, person_approvers_jan;
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.recall(max(id)) FROM customer_workflow.proposals WHERE author = 'alice';

-- persons have duties
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.grant_duty('customers', 'steward', 'person:otto');
SELECT customer_workflow.grant_duty('customers', 'auditor', 'group:board');
SET SESSION AUTHORIZATION person_approvers_app;
BEGIN;
SELECT customer_workflow.act_as('otto');
SELECT customer_workflow.cancel(max(id)) FROM customer_workflow.proposals WHERE author = 'alice';
ROLLBACK;
BEGIN;
SELECT customer_workflow.act_as('maria');
SELECT field, value FROM error_of('SELECT customer_workflow.cancel(6)') WHERE field = 'sqlstate';
ROLLBACK;
SET SESSION AUTHORIZATION person_approvers_jan;
SELECT count(*) > 5 AS sees_all FROM customer_workflow.workflow_history;
RESET SESSION AUTHORIZATION;
DROP OWNED BY person_approvers_app, person_approvers_root;
DROP ROLE person_approvers_top, person_approvers_nologin, person_approvers_team, person_approvers_ida, person_approvers_jan, person_approvers_root, person_approvers_app;
