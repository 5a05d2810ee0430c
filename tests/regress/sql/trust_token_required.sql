-- Design 4, Identity: an application role that names people by signed tokens only, or by a setting that its proxy sets.
\set SHOW_CONTEXT never
\getenv folder PG_ABS_SRCDIR
\set tokens :folder '/tokens.sql'
\set ECHO none
\i :tokens
\set ECHO all
CREATE ROLE trust_required_app LOGIN;
CREATE ROLE trust_required_user;
GRANT trust_required_user TO trust_required_app;
GRANT SELECT, UPDATE ON customers TO trust_required_app, trust_required_user;
SELECT customer_workflow.add_group_member('desk', 'person:' || p) FROM unnest('{maria,otto}'::text[]) AS p;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'group:desk');
SELECT customer_workflow.set_identity_key('issuer', 'HS256', 'a secret of the tests, and of nobody else', 'https://issuer.test', 'erp');
SELECT customer_workflow.set_application_role('trust_required_app', token_required => true);
-- what was not asked about stays as it is
SELECT customer_workflow.set_application_role('trust_required_app');
SELECT * FROM customer_workflow.application_roles;

-- neither act_as(), nor the role of SET ROLE, nor a setting names anybody
SET SESSION AUTHORIZATION trust_required_app;
SELECT * FROM error_of($$ SELECT customer_workflow.act_as('maria') $$);
SET ROLE trust_required_user;
SELECT set_config('request.jwt.claims', '{"sub": "maria"}', false);
SELECT customer_workflow.current_person();
SELECT * FROM error_of('UPDATE customers SET credit_limit = 1 WHERE id = 1');
RESET ROLE;
BEGIN;
SELECT customer_workflow.sign_in(token('maria', 'required'));
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
COMMIT;
RESET request.jwt.claims;
RESET SESSION AUTHORIZATION;
-- without a person it acts itself, if it may
SELECT customer_workflow.set_application_role('trust_required_app', false);
SET SESSION AUTHORIZATION trust_required_app;
SET ROLE trust_required_user;
SELECT customer_workflow.current_person();
RESET ROLE;
RESET SESSION AUTHORIZATION;

-- the two ways exclude each other
SELECT * FROM error_of($$ SELECT customer_workflow.set_claims_source('trust_required_app') $$);
SELECT customer_workflow.set_application_role('trust_required_app', token_required => false);
SELECT customer_workflow.set_claims_source('trust_required_app');
SELECT customer_workflow.set_claims_source('trust_required_app');
SELECT * FROM error_of($$ SELECT customer_workflow.set_application_role('trust_required_app', token_required => true) $$);
SELECT * FROM customer_workflow.application_roles;
SELECT kind, details FROM customer_workflow.workflow_history WHERE kind ~ 'application_role|claims_source';

-- what the setting says counts from its first use to the end of the transaction
SET SESSION AUTHORIZATION trust_required_app;
SELECT customer_workflow.current_person();
BEGIN;
SET LOCAL request.jwt.claims = '{"role": "trust_required_user", "sub": "maria"}';
SET LOCAL ROLE trust_required_user;
SELECT customer_workflow.current_person();
UPDATE customers SET payment_terms = 'N60' WHERE id = 1;
SET LOCAL request.jwt.claims = '{"sub": "maria", "exp": 1}';
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE status = 'not_submitted';
SET LOCAL request.jwt.claims = '';
SELECT customer_workflow.current_person();
SET LOCAL request.jwt.claims = '{"sub": "otto"}';
SELECT * FROM error_of('SELECT customer_workflow.approve(1)');
SELECT * FROM error_of('SELECT customer_workflow.current_person()') WHERE field = 'message';
ROLLBACK;
-- also in a savepoint, which takes the person back
BEGIN;
SAVEPOINT s;
SET LOCAL request.jwt.claims = '{"sub": "maria"}';
SELECT customer_workflow.current_person();
ROLLBACK TO s;
SELECT customer_workflow.current_person();
SET LOCAL request.jwt.claims = '{"sub": "otto"}';
SELECT customer_workflow.current_person();
COMMIT;
-- every transaction looks anew
SET request.jwt.claims = '{"sub": "otto"}';
SELECT customer_workflow.current_person();
SET request.jwt.claims = '{"sub": "maria"}';
SELECT customer_workflow.current_person();
-- act_as() and SET ROLE name nobody beside it; a signed token is stronger
SELECT * FROM error_of($$ SELECT customer_workflow.act_as('maria') $$);
BEGIN;
SELECT customer_workflow.sign_in(token('otto', 'stronger'));
SELECT customer_workflow.current_person();
ROLLBACK;
BEGIN;
SELECT customer_workflow.current_person();
SELECT field, value FROM error_of($$ SELECT customer_workflow.sign_in(token('maria', 'too late')) $$) WHERE field <> 'hint';
ROLLBACK;
-- what names nobody is nobody: no JSON, no such claim, a name that is none
DO $$
DECLARE claims text;
BEGIN
    FOREACH claims IN ARRAY '{"maria","[]","{\"role\": \"maria\"}","{\"sub\": null}","{\"sub\": \"\"}","{\"sub\": [\"maria\"]}","{\"sub\": \"role:alice\"}","{\"sub\": \" maria\"}","{\"sub\": 1.5}"}'::text[] LOOP
        PERFORM set_config('request.jwt.claims', claims, true);
        RAISE NOTICE '% names %', claims, coalesce(customer_workflow.current_person(), 'nobody');
    END LOOP;
END $$;
SET request.jwt.claims = '{"sub": "otto", "sub": "maria"}';
SET ROLE trust_required_user;
SELECT customer_workflow.current_person();
SELECT field, value FROM error_of('UPDATE customers SET credit_limit = 1 WHERE id = 1') WHERE field = 'message';
RESET ROLE;
-- a number is a name, as it is written
SET request.jwt.claims = '{"sub": 12345678901234567890}';
SELECT customer_workflow.current_person();
-- the setting of anybody else names nobody
SET SESSION AUTHORIZATION alice;
SET request.jwt.claims = '{"sub": "maria"}';
SELECT customer_workflow.current_person();
RESET SESSION AUTHORIZATION;

-- another setting, whose text is the name
SELECT customer_workflow.set_claims_source('trust_required_app', 'app.person', NULL);
SET SESSION AUTHORIZATION trust_required_app;
SET app.person = 'maria';
SELECT customer_workflow.current_person();
UPDATE customers SET payment_terms = 'N90' WHERE id = 2;
RESET SESSION AUTHORIZATION;
SELECT person, database_role, identity - 'application' AS identity FROM customer_workflow.workflow_history WHERE kind = 'proposed';
SELECT customer_workflow.remove_claims_source('trust_required_app');
SET SESSION AUTHORIZATION trust_required_app;
SELECT customer_workflow.current_person();
BEGIN;
SELECT customer_workflow.act_as('maria');
COMMIT;
RESET SESSION AUTHORIZATION;

-- refusals
SELECT s, string_agg(e.value, ' ' ORDER BY e.field DESC) AS refused FROM unnest(ARRAY[
    $$set_claims_source(NULL)$$, $$set_claims_source('alice')$$, $$set_claims_source('trust_required_app', NULL)$$, $$set_claims_source('trust_required_app', 'work_mem')$$,
    $$set_claims_source('trust_required_app', 'a.b; DROP')$$, $$set_claims_source('trust_required_app', 'a.b', '')$$, $$remove_claims_source('trust_required_app')$$, $$remove_claims_source('alice')$$]) AS s
 CROSS JOIN LATERAL error_of('SELECT customer_workflow.' || s) AS e WHERE e.field IN ('sqlstate', 'message', 'none') GROUP BY s ORDER BY s;
SET SESSION AUTHORIZATION alice;
SELECT count(*) FROM customer_workflow.application_roles;
SELECT field, value FROM error_of($$ SELECT customer_workflow.set_claims_source('trust_required_app') $$) WHERE field = 'sqlstate';
SELECT field, value FROM error_of($$ SELECT customer_workflow.remove_claims_source('trust_required_app') $$) WHERE field = 'sqlstate';
RESET SESSION AUTHORIZATION;
DROP OWNED BY trust_required_app, trust_required_user;
DROP ROLE trust_required_app, trust_required_user;
