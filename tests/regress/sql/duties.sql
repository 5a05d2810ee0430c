-- Duties, grant_duty() and revoke_duty(): administrator, steward, auditor and override, for a role with its members, a person or a group.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE accounts (id int PRIMARY KEY, credit_limit numeric);
SELECT customer_workflow.protect('accounts', '{credit_limit}', 'credit_managers');

SELECT customer_workflow.grant_duty('accounts', 'boss', 'dave');
\echo :SQLSTATE
SELECT customer_workflow.grant_duty('accounts', NULL, 'dave');
\echo :SQLSTATE
SELECT customer_workflow.grant_duty('accounts', 'steward', 'no_such_role');
\echo :SQLSTATE
SELECT customer_workflow.grant_duty('accounts', 'steward', NULL);
\echo :SQLSTATE

SELECT customer_workflow.grant_duty('accounts', 'steward', 'dave');
SELECT customer_workflow.grant_duty('accounts', 'auditor', 'person:maria');
SELECT customer_workflow.grant_duty('accounts', 'auditor', 'group:internal_audit');
SELECT customer_workflow.grant_duty('accounts', 'administrator', 'role:credit_managers');
-- Twice is once
SELECT customer_workflow.grant_duty('accounts', 'steward', 'role:dave');
SELECT * FROM customer_workflow.duties;

-- A member of the role has its duty; everybody sees his own duties
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.configure('accounts', '{"overlap": "reject"}');
SELECT customer_workflow.grant_duty('accounts', 'override', 'alice');
SET SESSION AUTHORIZATION alice;
SELECT * FROM customer_workflow.duties;

-- A duty that is not there cannot be revoked
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.revoke_duty('accounts', 'auditor', 'dave');
\echo :SQLSTATE
SELECT customer_workflow.revoke_duty('accounts', 'steward', 'dave');
SELECT customer_workflow.revoke_duty('accounts', 'steward', 'dave');
\echo :SQLSTATE

-- The duty of a role that is gone can be
RESET SESSION AUTHORIZATION;
CREATE ROLE duties_leaver;
SELECT customer_workflow.grant_duty('accounts', 'auditor', 'duties_leaver');
DROP ROLE duties_leaver;
SELECT customer_workflow.revoke_duty('accounts', 'auditor', 'duties_leaver');

SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.revoke_duty('accounts', 'administrator', 'credit_managers');
SELECT * FROM customer_workflow.duties;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.configure('accounts', '{"overlap": "parallel"}');
\echo :SQLSTATE
SET SESSION AUTHORIZATION erp_owner;
SELECT person, kind, details FROM customer_workflow.workflow_history WHERE kind ~ 'duty' ORDER BY at;
