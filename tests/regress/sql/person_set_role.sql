-- Design 4, Identity: SET ROLE under an application role, as PostgREST does, names the person who acts; under any other role it does not.
\set SHOW_CONTEXT never
CREATE ROLE person_set_role_authenticator LOGIN NOINHERIT;
CREATE ROLE person_set_role_web;
CREATE ROLE person_set_role_anna IN ROLE person_set_role_web;
CREATE ROLE person_set_role_ben IN ROLE person_set_role_web;
GRANT person_set_role_anna, person_set_role_ben TO person_set_role_authenticator;
GRANT SELECT, UPDATE ON customers TO person_set_role_web, person_set_role_authenticator;
CREATE ROLE person_set_role_desk;
CREATE ROLE person_set_role_zoe LOGIN;
GRANT person_set_role_desk TO person_set_role_anna, person_set_role_ben, person_set_role_zoe;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'role:person_set_role_desk');

-- an ordinary role that switches is still itself: it could approve its own change under another name
SET SESSION AUTHORIZATION person_set_role_authenticator;
SET ROLE person_set_role_anna;
SELECT customer_workflow.current_person();
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SELECT customer_workflow.submit(1);
SET ROLE person_set_role_ben;
SELECT * FROM error_of('SELECT customer_workflow.approve(1)');
RESET ROLE;
SELECT customer_workflow.cancel(1);

-- an application role
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.set_application_role('person_set_role_authenticator');
SET SESSION AUTHORIZATION person_set_role_authenticator;
SELECT customer_workflow.current_person();
SELECT field, value FROM error_of('UPDATE customers SET credit_limit = 6000 WHERE id = 1') WHERE field <> 'hint';
BEGIN;
SET LOCAL ROLE person_set_role_anna;
SELECT customer_workflow.current_person();
UPDATE customers SET credit_limit = 6000 WHERE id = 1;
SELECT customer_workflow.submit(id) FROM customer_workflow.last_proposals() AS id;
SELECT * FROM error_of('SELECT customer_workflow.approve(2)');
COMMIT;
SELECT customer_workflow.current_person();
BEGIN;
SET LOCAL ROLE person_set_role_ben;
SELECT proposal, author FROM customer_workflow.my_work_items;
SELECT customer_workflow.approve(2);
COMMIT;
-- the role itself is nobody
SET ROLE person_set_role_authenticator;
SELECT customer_workflow.current_person();
RESET ROLE;

-- a SECURITY DEFINER function on the way changes nothing: who acts is who switched
RESET SESSION AUTHORIZATION;
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE FUNCTION public.raise_limit(bigint, numeric) RETURNS text LANGUAGE sql SECURITY DEFINER
    AS 'UPDATE public.customers SET credit_limit = $2 WHERE id = $1 RETURNING current_user || '' for '' || customer_workflow.current_person()';
SET SESSION AUTHORIZATION person_set_role_authenticator;
BEGIN;
SET LOCAL ROLE person_set_role_anna;
SELECT raise_limit(2, 7000);
SELECT customer_workflow.submit(id) FROM customer_workflow.last_proposals() AS id;
COMMIT;
SELECT raise_limit(2, 7000);
RESET SESSION AUTHORIZATION;
SELECT author, originator, status FROM customer_workflow.proposals ORDER BY id;
SELECT proposal, kind, person, database_role FROM customer_workflow.workflow_history WHERE proposal = 3;

-- anna is anna, whether she comes through the pool or by herself
ALTER ROLE person_set_role_anna LOGIN;
SET SESSION AUTHORIZATION person_set_role_anna;
SELECT * FROM error_of('SELECT customer_workflow.approve(3)') WHERE field = 'sqlstate';
SELECT customer_workflow.recall(3);
RESET SESSION AUTHORIZATION;
-- under another name he still decides nothing of his own; but what he wrote belongs to the old name, and a steward has to help
ALTER ROLE person_set_role_anna RENAME TO person_set_role_eve;
SET SESSION AUTHORIZATION person_set_role_eve;
SELECT field, value FROM error_of('SELECT customer_workflow.submit(3)') WHERE field IN ('sqlstate', 'detail');
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.grant_duty('customers', 'steward', 'role:person_set_role_zoe');
SET SESSION AUTHORIZATION person_set_role_zoe;
SELECT customer_workflow.submit(3);
SET SESSION AUTHORIZATION person_set_role_eve;
SELECT field, value FROM error_of('SELECT customer_workflow.approve(3)') WHERE field IN ('sqlstate', 'detail');
RESET SESSION AUTHORIZATION;

-- act_as() comes before SET ROLE
SET SESSION AUTHORIZATION person_set_role_authenticator;
BEGIN;
SET LOCAL ROLE person_set_role_ben;
SELECT customer_workflow.act_as('maria');
SELECT customer_workflow.current_person();
SET LOCAL ROLE person_set_role_eve;
SELECT customer_workflow.current_person();
-- a named person has nothing of the role: not its authorship
SELECT * FROM error_of('SELECT customer_workflow.cancel(3)');
ROLLBACK;

-- a superuser's SET ROLE names nobody
RESET SESSION AUTHORIZATION;
SET ROLE person_set_role_ben;
SELECT customer_workflow.current_person();
RESET ROLE;
DROP FUNCTION raise_limit;
DROP OWNED BY person_set_role_authenticator, person_set_role_web, person_set_role_eve, person_set_role_ben, person_set_role_zoe, person_set_role_desk;
DROP ROLE person_set_role_authenticator, person_set_role_web, person_set_role_eve, person_set_role_ben, person_set_role_zoe, person_set_role_desk;
