-- Groups, add_group_member() and remove_group_member(): for people who are not roles; only the owner of the database makes them.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.add_group_member('board', 'person:erna');
\echo :SQLSTATE
SELECT customer_workflow.remove_group_member('board', 'person:erna');
\echo :SQLSTATE
RESET SESSION AUTHORIZATION;

SELECT customer_workflow.add_group_member('board', 'person:erna');
SELECT customer_workflow.add_group_member('group:board', 'carol');
SELECT customer_workflow.add_group_member('board', 'carol');
SELECT customer_workflow.add_group_member('board', 'person:a.very.long.address.that.would.not.fit.into.sixty.three.bytes@example.com');
SELECT customer_workflow.add_group_member('board', 'no_such_role');
\echo :SQLSTATE
SELECT customer_workflow.add_group_member('board', 'group:owners');
\echo :SQLSTATE
SELECT customer_workflow.add_group_member('', 'carol');
\echo :SQLSTATE
SELECT customer_workflow.add_group_member('board', NULL);
\echo :SQLSTATE
SELECT group_name, person FROM customer_workflow.group_member ORDER BY 1, 2;

-- Approvers: whichever of role and group exists, and an error if both do
CREATE ROLE groups_buyers;
SELECT customer_workflow.add_group_member('groups_buyers', 'alice');
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE accounts (id int PRIMARY KEY, credit_limit numeric);
SELECT customer_workflow.protect('accounts', '{credit_limit}', 'groups_buyers');
\echo :SQLSTATE
SELECT customer_workflow.protect('accounts', '{credit_limit}', 'nobody_at_all');
\echo :SQLSTATE
SELECT customer_workflow.protect('accounts', '{credit_limit}', 'role:nobody_at_all');
\echo :SQLSTATE
SELECT customer_workflow.protect('accounts', '{credit_limit}', 'person:erna');
\echo :SQLSTATE
SELECT customer_workflow.protect('accounts', '{credit_limit}', '');
\echo :SQLSTATE
SELECT DISTINCT approvers FROM customer_workflow.protected_fields;

-- Without approvers nothing can be submitted; given once they stay
SELECT customer_workflow.protect('accounts', '{credit_limit}');
SELECT customer_workflow.protect('accounts', '{credit_limit}', 'board');
SELECT customer_workflow.protect('accounts', '{credit_limit}');
SELECT DISTINCT approvers FROM customer_workflow.protected_fields;
SELECT customer_workflow.protect('accounts', '{credit_limit}', 'role:groups_buyers');
SELECT DISTINCT approvers FROM customer_workflow.protected_fields;
RESET SESSION AUTHORIZATION;

-- Members leave; a role that is gone can still be taken out
SELECT customer_workflow.remove_group_member('board', 'dave');
\echo :SQLSTATE
SELECT customer_workflow.remove_group_member('cellar', 'dave');
\echo :SQLSTATE
SELECT customer_workflow.remove_group_member('board', 'carol');
CREATE ROLE groups_leaver;
SELECT customer_workflow.add_group_member('board', 'groups_leaver');
DROP ROLE groups_leaver;
SELECT customer_workflow.remove_group_member('board', 'groups_leaver');
SELECT group_name, person FROM customer_workflow.group_member ORDER BY 1, 2;
SELECT kind, details FROM customer_workflow.workflow_history WHERE kind ~ 'group' ORDER BY at;
DROP ROLE groups_buyers;
