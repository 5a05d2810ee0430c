-- Attack: an approval by being a role, or seeming to be one: SET ROLE, act_as, memberships of one's own making, guessed settings.
\set SHOW_CONTEXT never
CREATE ROLE attack_roles_clerk LOGIN;
CREATE ROLE attack_roles_boss LOGIN;
CREATE ROLE attack_roles_pool LOGIN;
CREATE ROLE attack_roles_admin LOGIN CREATEROLE;
CREATE ROLE attack_roles_bosses;
GRANT attack_roles_bosses TO attack_roles_boss;
GRANT SELECT, UPDATE ON customers TO attack_roles_clerk, attack_roles_boss, attack_roles_pool, attack_roles_admin;
SELECT customer_workflow.set_application_role('attack_roles_pool');
SELECT customer_workflow.add_group_member('attack_roles_board', 'person:paula');
SELECT customer_workflow.protect('customers', '{credit_limit}', 'attack_roles_bosses');
CREATE FUNCTION try(statement text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(replace(e.value, current_database(), '…'), ': ' ORDER BY e.field DESC) FROM public.error_of(statement) AS e WHERE e.field IN ('sqlstate', 'message', 'none')
$$;
\c - alice
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SELECT id AS p FROM customer_workflow.proposals \gset
SELECT customer_workflow.submit(:p);
SELECT format('SELECT customer_workflow.approve(%s)', :p) AS approve \gset

-- An ordinary user who says that he is somebody else
\c - attack_roles_clerk
SELECT s AS statement, try(s) FROM unnest(ARRAY['SET ROLE attack_roles_boss', 'SET ROLE attack_roles_bosses', 'SELECT customer_workflow.act_as(''attack_roles_boss'')',
    'SELECT customer_workflow.act_as(''person:attack_roles_boss'')', 'SELECT customer_workflow.act_as(''role:attack_roles_boss'')',
    'SELECT customer_workflow.set_application_role(''attack_roles_clerk'')', 'SELECT customer_workflow.add_group_member(''attack_roles_board'', ''attack_roles_clerk'')',
    'SELECT customer_workflow.grant_duty(''customers'', ''administrator'', ''attack_roles_clerk'')', 'SELECT customer_workflow.configure(''customers'', ''{"conflict": "overwrite"}'')',
    'SELECT customer_workflow.disable(''customers'')', 'SELECT customer_workflow.unprotect(''customers'', ''{*}'')', 'SELECT customer_workflow.protect(''customers'', ''{name}'', ''attack_roles_clerk'')',
    'SELECT customer_workflow.set_data_entity(''attack_roles_clerk'', ''customers'', ''{"behavior": "allow_without_approval"}'')', :'approve',
    format('SELECT customer_workflow.recall(%s)', :p), format('SELECT customer_workflow.cancel(%s)', :p), format('SELECT customer_workflow.discard_change(%s, ''credit_limit'')', :p),
    format('SELECT customer_workflow.rebase(%s)', :p), format('SELECT customer_workflow.reject(%s, ''no'')', :p)]) AS s;
-- Settings that he guesses
SELECT s AS statement, try(s) FROM unnest(ARRAY['SET customer_workflow.person = ''role:attack_roles_boss''', 'SET customer_workflow.permit = ''on''', 'SET customer_workflow.enabled = ''off''',
    'SET customer_workflow.notices = ''everything''', 'SET customer_workflow.comment = ''x''', 'SET session_replication_role = ''replica''', 'SET customer_workflow_ddl.columns = ''{}''']) AS s;
\c - attack_roles_clerk
-- before the library is there
SET customer_workflow.person = 'role:attack_roles_boss';
SELECT customer_workflow.current_person();
SELECT try(:'approve');
UPDATE customers SET credit_limit = 1 WHERE id = 2;
SELECT credit_limit FROM customers WHERE id = 2;
SHOW customer_workflow.person;

-- A member of the boss, who may SET ROLE to him: he is an approver by that membership, and one person he stays.
\c - postgres
GRANT attack_roles_boss TO attack_roles_clerk;
\c - attack_roles_clerk
UPDATE customers SET credit_limit = 9000 WHERE id = 3;
SELECT id AS own FROM customer_workflow.proposals WHERE author = 'attack_roles_clerk' AND record_key = '{"id": 3}' \gset
SELECT customer_workflow.submit(:own);
SELECT try(format('SELECT customer_workflow.approve(%s)', :own));
SET ROLE attack_roles_boss;
SELECT current_user, customer_workflow.current_person();
SELECT try(format('SELECT customer_workflow.approve(%s)', :own));
SELECT try(:'approve');
\c - postgres
SELECT kind, person, database_role FROM customer_workflow.workflow_history WHERE proposal = :p AND kind IN ('approved', 'applied') ORDER BY at;

-- The pool: its own name is nobody; a person is who he says, and no role; SET ROLE is a person where the pool may do that.
\c - alice
UPDATE customers SET credit_limit = 6000 WHERE id = 1;
SELECT id AS p FROM customer_workflow.proposals WHERE author = 'alice' AND status = 'not_submitted' \gset
SELECT customer_workflow.submit(:p);
SELECT format('SELECT customer_workflow.approve(%s)', :p) AS approve \gset
\c - attack_roles_pool
SELECT try(:'approve');
SELECT s AS statement, try(s) FROM unnest(ARRAY['SELECT customer_workflow.act_as(''role:attack_roles_boss'')', 'SELECT customer_workflow.act_as(''group:attack_roles_board'')', 'SELECT customer_workflow.act_as('''')',
    'SELECT customer_workflow.act_as(NULL)', 'SET ROLE attack_roles_boss']) AS s;
BEGIN;
SELECT customer_workflow.act_as('attack_roles_boss');
SELECT try(:'approve');
COMMIT;
-- A clerk who may SET ROLE to the pool is not the pool.
\c - postgres
GRANT attack_roles_pool TO attack_roles_clerk;
\c - attack_roles_clerk
SET ROLE attack_roles_pool;
SELECT try('SELECT customer_workflow.act_as(''paula'')');

-- A role that creates roles has the right WITH ADMIN over those that it made; it is no member of them by that.
\c - attack_roles_admin
CREATE ROLE attack_roles_made;
\c - postgres
SELECT customer_workflow.protect('customers', '{credit_limit}', 'attack_roles_made');
\c - alice
SELECT customer_workflow.recall(:p);
SELECT try(format('SELECT customer_workflow.submit(%s)', :p));

\c - postgres
SET client_min_messages = warning;
SELECT id, credit_limit FROM customers ORDER BY id;
DROP OWNED BY attack_roles_clerk, attack_roles_boss, attack_roles_bosses, attack_roles_pool, attack_roles_admin;
DROP ROLE attack_roles_made, attack_roles_clerk, attack_roles_boss, attack_roles_bosses, attack_roles_pool, attack_roles_admin;
