-- Conditions, attack: one that writes, decides, or changes the session of whoever submits. It only answers.
\set SHOW_CONTEXT never
\set VERBOSITY terse
CREATE ROLE condition_nothing_writer LOGIN;
GRANT SELECT, UPDATE ON customers TO condition_nothing_writer;
GRANT credit_managers TO condition_nothing_writer;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers', '{"auto_submit": "always"}');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 7 WHERE id = 2;
RESET SESSION AUTHORIZATION;
CREATE FUNCTION value_of(condition text) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(': ', c.value, c.message)
      FROM customer_workflow._conditions('customers', 'condition_nothing_writer', condition, ARRAY[
               ROW(1, NULL, '{"id": 1}', '{"credit_limit": "1500.00"}', NULL, 'role:alice', 'role:alice', NULL, NULL, NULL, NULL)::customer_workflow._case]) AS c
$$;
CREATE FUNCTION run(statement text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN EXECUTE statement; RETURN true; END $$;
CREATE FUNCTION try(statement text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RETURN true;
EXCEPTION WHEN OTHERS THEN
    RETURN false;
END
$$;

-- Writing is refused, whatever it may otherwise write; and so is to go back to writing
SELECT t AS statement, value_of(format('run(%L)', t)) FROM unnest(ARRAY[
    'UPDATE customers SET city = ''Ulm''', 'UPDATE customers SET credit_limit = 1', 'SELECT FROM customers FOR UPDATE', 'CREATE TEMP TABLE x ()', 'CREATE TABLE x ()']) AS t;
SELECT t AS statement, value_of(format('run(%L)', t)) LIKE 'error:%' AS refused FROM unnest(ARRAY[
    'SET TRANSACTION READ WRITE', 'SET LOCAL transaction_read_only = off', 'SELECT set_config(''transaction_read_only'', ''off'', true)',
    'COMMIT', 'ROLLBACK', 'SAVEPOINT s', 'BEGIN', 'SET ROLE postgres', 'RESET ROLE', 'SET SESSION AUTHORIZATION postgres', 'RESET SESSION AUTHORIZATION']) AS t;
SELECT value_of('run(''RESET transaction_read_only'') AND run(''UPDATE customers SET city = ''''Ulm'''''')') LIKE 'error:%' AS refused;
SELECT count(*) FROM customers WHERE city = 'Ulm';
-- Nor does a savepoint of its own help
SELECT value_of('NOT try(''UPDATE customers SET city = ''''Ulm'''''') AND run(''UPDATE customers SET city = ''''Ulm'''''')');
-- Verbs: nobody decides in a condition, neither in the name of who submits nor in one's own
SELECT t AS statement, value_of(format('run(%L)', t)) FROM unnest(ARRAY[
    'SELECT customer_workflow.approve((SELECT min(proposal) FROM customer_workflow.my_work_items))', 'SELECT customer_workflow.cancel(1)',
    'SELECT customer_workflow.propose(''customers'', ''{"id": 3}'', ''{"credit_limit": 1}'')', 'SELECT customer_workflow.configure(''customers'', ''{"conflict": "overwrite"}'')',
    'SELECT customer_workflow.act_as(''maria'')', 'SELECT customer_workflow.simulate(''customers'', ''{"id": 3}'', ''{"credit_limit": 1}'')',
    'SELECT customer_workflow._outside_approval(0)']) AS t;
SELECT status, author FROM customer_workflow.proposals ORDER BY id;

-- Settings, temporary objects and locks that it gets are gone afterwards
BEGIN;
SELECT value_of('set_config(''customer_workflow.comment'', ''mine'', false) = ''mine'' AND set_config(''search_path'', ''mine'', false) = ''mine'' AND pg_try_advisory_xact_lock(42)');
SELECT current_setting('customer_workflow.comment', true), current_setting('search_path');
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid();
COMMIT;
SHOW search_path;

-- The transaction is as it was: after an answer, after an error, inside a savepoint and after it
BEGIN;
SELECT value_of('true');
SHOW transaction_read_only;
SELECT value_of('1 / (new.id - 1) = 1');
SHOW transaction_read_only;
SAVEPOINT s;
SELECT value_of('run(''UPDATE customers SET city = NULL'')');
UPDATE customers SET city = 'Ulm' WHERE id = 1;
ROLLBACK TO s;
SHOW transaction_read_only;
SELECT current_user, customer_workflow.current_person();
UPDATE customers SET city = 'Ulm' WHERE id = 1;
COMMIT;
BEGIN READ ONLY;
SELECT value_of('true');
SHOW transaction_read_only;
COMMIT;
SELECT city FROM customers ORDER BY id;

-- What cannot be an answer is none: time is up, an assertion is one
CREATE FUNCTION fails(what text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF what = 'assert' THEN
        ASSERT false, 'that was not to be';
    END IF;
    RAISE EXCEPTION USING MESSAGE = 'on purpose', ERRCODE = what;
END
$$;
SELECT w, value_of(format('fails(%L)', w)) FROM unnest('{assert,P0001,CW000,22012,55P03}'::text[]) AS w;
SELECT value_of('fails(''40001'')');
\echo :SQLSTATE
SELECT value_of('fails(''53200'')');
\echo :SQLSTATE
SELECT value_of('fails(''57014'')');
\echo :SQLSTATE
BEGIN;
SET LOCAL statement_timeout = '50ms';
SELECT value_of('pg_sleep(10) IS NULL');
\echo :SQLSTATE
ROLLBACK;
-- The person is that of its own role, and then again who asked
SELECT value_of('customer_workflow.current_person() = ''condition_nothing_writer''');
SELECT customer_workflow.current_person();

DROP OWNED BY condition_nothing_writer;
DROP ROLE condition_nothing_writer;
