-- Design 4, Identity: sign_in() names the person whom a signed token names, for the rest of the transaction, and each token once.
\set SHOW_CONTEXT never
\getenv folder PG_ABS_SRCDIR
\set tokens :folder '/tokens.sql'
\set ECHO none
\i :tokens
\set ECHO all
CREATE ROLE trust_sign_in_app LOGIN;
GRANT SELECT, UPDATE ON customers TO trust_sign_in_app;
SELECT customer_workflow.set_application_role('trust_sign_in_app');
SELECT customer_workflow.add_group_member('desk', 'person:' || p) FROM unnest('{maria,otto}'::text[]) AS p;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'group:desk');
SELECT customer_workflow.set_identity_key('issuer', 'HS256', 'a secret of the tests, and of nobody else', 'https://issuer.test', 'erp');

SET SESSION AUTHORIZATION trust_sign_in_app;
BEGIN;
SELECT customer_workflow.sign_in(token('maria', 'one'));
SELECT customer_workflow.current_person();
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SELECT customer_workflow.submit(1);
-- another token for her, or the same call once more, changes nothing; another person does not come
SELECT customer_workflow.sign_in(token('maria', 'two'));
SELECT customer_workflow.sign_in(token('maria', 'one'));
SELECT * FROM error_of($$ SELECT customer_workflow.sign_in(token('otto', 'three')) $$);
SELECT * FROM error_of($$ SELECT customer_workflow.act_as('otto') $$);
-- what was said by a token is not said again in another way
SELECT * FROM error_of($$ SELECT customer_workflow.act_as('maria') $$);
COMMIT;
SELECT customer_workflow.current_person();

-- what was used is used, also the one that said nothing new
SELECT * FROM error_of($$ SELECT customer_workflow.sign_in(token('maria', 'one')) $$);
SELECT field, value FROM error_of($$ SELECT customer_workflow.sign_in(token('maria', 'two')) $$) WHERE field = 'detail';
-- the one that was refused was not used
BEGIN;
SELECT customer_workflow.sign_in(token('otto', 'three'));
SELECT customer_workflow.approve(1);
COMMIT;

-- a transaction that fails can be tried again with the token of its first try: it has done nothing
BEGIN;
SELECT customer_workflow.sign_in(token('maria', 'again'));
SELECT 1 / 0;
ROLLBACK;
BEGIN;
SELECT customer_workflow.sign_in(token('maria', 'again'));
COMMIT;
BEGIN;
SELECT field, value FROM error_of($$ SELECT customer_workflow.sign_in(token('maria', 'again')) $$) WHERE field = 'detail';
SELECT customer_workflow.current_person();
ROLLBACK;

-- a savepoint takes person and token back; what it keeps, stays
BEGIN;
SAVEPOINT s;
SELECT customer_workflow.sign_in(token('maria', 'saved'));
ROLLBACK TO s;
SELECT customer_workflow.current_person();
SAVEPOINT s;
SELECT customer_workflow.sign_in(token('maria', 'saved'));
RELEASE s;
SELECT customer_workflow.current_person();
COMMIT;
-- once act_as() has named somebody, a token comes too late
BEGIN;
SELECT customer_workflow.act_as('maria');
SELECT * FROM error_of($$ SELECT customer_workflow.sign_in(token('maria', 'late')) $$);
ROLLBACK;
-- that it was used has to be written down
BEGIN READ ONLY;
SELECT * FROM error_of($$ SELECT customer_workflow.sign_in(token('maria', 'reading')) $$);
ROLLBACK;
-- a transaction that keeps its snapshot sees what was used since
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT customer_workflow.sign_in(token('maria', 'serial'));
COMMIT;

-- only an application role signs in, also inside a function of one
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of($$ SELECT customer_workflow.sign_in(token('maria', 'alice')) $$);
SELECT field, value FROM error_of($$ SELECT customer_workflow.sign_in('nonsense') $$) WHERE field = 'sqlstate';
RESET SESSION AUTHORIZATION;
SELECT field, value FROM error_of($$ SELECT customer_workflow.sign_in(token('maria', 'superuser')) $$) WHERE field = 'message';

-- who decided is who signed in
SELECT kind, person, database_role, identity - 'application' AS identity FROM customer_workflow.workflow_history WHERE proposal IS NOT NULL;
-- used tokens are forgotten once they have expired, a few with every new one
UPDATE customer_workflow.used_token SET expires_at = now() - interval '1 second' WHERE jti IN ('one', 'two', 'three');
SET SESSION AUTHORIZATION trust_sign_in_app;
SELECT customer_workflow.sign_in(token('maria', 'next'));
RESET SESSION AUTHORIZATION;
SELECT kid, jti, expires_at > now() + interval '9 minutes' AS kept FROM customer_workflow.used_token ORDER BY jti;

-- a new key beside the old one; then the old one goes
SELECT customer_workflow.set_identity_key('next', 'HS256', 'another secret of the tests, for next year', 'https://issuer.test', 'erp');
SET SESSION AUTHORIZATION trust_sign_in_app;
SELECT customer_workflow.sign_in(token('maria', 'old key'));
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.remove_identity_key('issuer');
SELECT kid, algorithm, issuer, retired_at IS NOT NULL AS retired FROM customer_workflow.identity_keys;
SET SESSION AUTHORIZATION trust_sign_in_app;
SELECT * FROM error_of($$ SELECT customer_workflow.sign_in(token('maria', 'no key')) $$);
RESET SESSION AUTHORIZATION;
SELECT kid, key IS NULL AS erased FROM customer_workflow.identity_key ORDER BY kid;
SELECT field, value FROM error_of($$ SELECT customer_workflow.remove_identity_key('issuer') $$);
DROP OWNED BY trust_sign_in_app;
DROP ROLE trust_sign_in_app;
