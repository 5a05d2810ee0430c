-- Application roles: only a role that the owner of the database named may say who acts; with person_required it must.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
CREATE ROLE application_roles_web LOGIN;
CREATE ROLE application_roles_batch LOGIN;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE accounts (id int PRIMARY KEY, credit_limit numeric);
GRANT SELECT, UPDATE ON accounts TO application_roles_web, application_roles_batch;
INSERT INTO accounts VALUES (1, 100);
SELECT customer_workflow.protect('accounts', '{credit_limit}', 'credit_managers');
SELECT customer_workflow.set_application_role('application_roles_web');
\echo :SQLSTATE
SELECT customer_workflow.remove_application_role('application_roles_web');
\echo :SQLSTATE
RESET SESSION AUTHORIZATION;

-- An ordinary role names nobody
SET SESSION AUTHORIZATION application_roles_web;
SELECT customer_workflow.act_as('maria');
\echo :SQLSTATE
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.set_application_role('application_roles_web');
SELECT customer_workflow.set_application_role('application_roles_web');
SELECT customer_workflow.set_application_role('application_roles_batch', false);
SELECT customer_workflow.set_application_role(NULL);
\echo :SQLSTATE
SELECT customer_workflow.set_application_role('application_roles_batch', NULL);
\echo :SQLSTATE
SELECT customer_workflow.set_application_role('no_such_role');
\echo :SQLSTATE

-- A protected change needs a person, others do not
SET SESSION AUTHORIZATION application_roles_web;
SELECT customer_workflow.current_person();
UPDATE accounts SET credit_limit = 200;
\echo :SQLSTATE
BEGIN;
SELECT customer_workflow.act_as('maria');
SELECT customer_workflow.current_person();
UPDATE accounts SET credit_limit = 200;
SELECT author, status FROM customer_workflow.proposals;
COMMIT;

-- Where none is required, the role acts for itself
SET SESSION AUTHORIZATION application_roles_batch;
UPDATE accounts SET credit_limit = 300;
SELECT author, status FROM customer_workflow.proposals;

-- A named person never owns the table, whatever role the application logs in as
RESET SESSION AUTHORIZATION;
GRANT erp_owner TO application_roles_web;
SET SESSION AUTHORIZATION application_roles_web;
BEGIN;
SELECT customer_workflow.act_as('maria');
SELECT customer_workflow.disable('accounts');
\echo :SQLSTATE
ROLLBACK;

RESET SESSION AUTHORIZATION;
SELECT customer_workflow.remove_application_role('application_roles_batch');
SELECT customer_workflow.remove_application_role('application_roles_batch');
\echo :SQLSTATE
SET SESSION AUTHORIZATION application_roles_batch;
SELECT customer_workflow.act_as('maria');
\echo :SQLSTATE
RESET SESSION AUTHORIZATION;
SELECT kind, details FROM customer_workflow.workflow_history WHERE kind ~ 'application' ORDER BY at;
DROP OWNED BY application_roles_web, application_roles_batch;
DROP ROLE application_roles_web, application_roles_batch;

-- whoever could take it back must not need to be named
SELECT * FROM error_of('SELECT customer_workflow.set_application_role(current_user::regrole)');
BEGIN;
CREATE ROLE application_roles_owner;
SELECT format('ALTER DATABASE %I OWNER TO application_roles_owner', current_database()) \gexec
SELECT customer_workflow.set_application_role('application_roles_owner');
\echo :SQLSTATE
ROLLBACK;
