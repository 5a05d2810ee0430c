-- DROP EXTENSION: refused while proposals are open, also with CASCADE; then it takes the triggers and the history, and leaves the tables.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers', '{"apply_as": "erp_owner"}');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 1 WHERE id IN (1, 2);
SELECT customer_workflow.submit(1);
RESET SESSION AUTHORIZATION;
DROP EXTENSION customer_workflow;
DROP EXTENSION IF EXISTS nothing, customer_workflow CASCADE;
DO $$ BEGIN EXECUTE 'DROP EXTENSION customer_workflow CASCADE'; END $$;
-- its schema and its objects only go with it
DROP SCHEMA customer_workflow CASCADE;
DROP TABLE customer_workflow.proposal CASCADE;
-- other extensions are none of its business
CREATE EXTENSION citext;
DROP EXTENSION citext;
SELECT customer_workflow._before_drop_extension();

-- Nobody waits any more: without CASCADE PostgreSQL says what depends on it, with CASCADE a WARNING says what is lost.
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1);
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.cancel(2);
RESET SESSION AUTHORIZATION;
\set VERBOSITY default
DROP EXTENSION customer_workflow;
BEGIN;
DROP EXTENSION customer_workflow CASCADE;
SELECT tgname FROM pg_trigger WHERE tgrelid = 'customers'::regclass;
UPDATE customers SET credit_limit = 5 WHERE id = 2;
SELECT id, credit_limit FROM customers WHERE id < 3 ORDER BY id;
ROLLBACK;
-- as if nothing had been
UPDATE customers SET credit_limit = 5 WHERE id = 2;
SELECT customer_workflow.cancel(3);

-- With the protection taken back first there is nothing to cascade to.
SELECT customer_workflow.unprotect('customers', '{*}');
DROP EXTENSION customer_workflow;
UPDATE customers SET credit_limit = 6 WHERE id = 2;
SELECT id, credit_limit FROM customers WHERE id < 3 ORDER BY id;
CREATE EXTENSION customer_workflow;
SELECT count(*) FROM customer_workflow.history;
