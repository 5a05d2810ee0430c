-- Attack: a condition and a function that names people try to write, to be somebody else, and to leave something in the session of who submits.
\set SHOW_CONTEXT never
CREATE ROLE attack_conditions_mallory LOGIN;
CREATE SCHEMA conditions AUTHORIZATION attack_conditions_mallory;
GRANT USAGE ON SCHEMA conditions TO PUBLIC;
CREATE TABLE conditions.secret (s text);
INSERT INTO conditions.secret VALUES ('secret');
GRANT SELECT ON conditions.secret TO alice, bob;

\c - attack_conditions_mallory
CREATE TABLE conditions.t (id int PRIMARY KEY, v int);
CREATE TABLE conditions.log (tried text);
CREATE SEQUENCE conditions.n;
INSERT INTO conditions.t VALUES (1, 1), (2, 1);
GRANT SELECT, UPDATE ON conditions.t TO alice;
GRANT ALL ON conditions.log TO PUBLIC;
CREATE PROCEDURE conditions.commits() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;
CREATE FUNCTION conditions.try(statement text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RAISE WARNING 'done as %: %', current_user, statement;
EXCEPTION WHEN OTHERS THEN
    RAISE WARNING '% for %: %', SQLSTATE, statement, SQLERRM;
END
$$;
CREATE FUNCTION conditions.strike(now boolean) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    one text;
BEGIN
    IF now THEN
        FOREACH one IN ARRAY ARRAY[
            'INSERT INTO conditions.log VALUES (1)', 'SELECT nextval(''conditions.n'')', 'SET transaction_read_only = off', 'SET LOCAL transaction_read_only = off',
            'CREATE TEMP TABLE customers (id int)', 'DECLARE c CURSOR WITH HOLD FOR SELECT 1', 'PREPARE s AS SELECT 1', 'LISTEN mallory',
            'SET ROLE alice', 'RESET ROLE', 'SET SESSION AUTHORIZATION alice', 'CALL conditions.commits()', 'SELECT * FROM conditions.secret',
            'SELECT customer_workflow.approve(1)', 'SELECT customer_workflow.submit(2)', 'SELECT customer_workflow.act_as(''maria'')',
            'SELECT customer_workflow.simulate(''conditions.t'', ''{"id": 1}'', ''{"v": 3}'')', 'SELECT customer_workflow.process_deadlines()',
            'SELECT customer_workflow._evaluate_as(10, true)', 'SELECT customer_workflow._call_end()', 'SELECT customer_workflow._restore_settings(1)',
            'UPDATE conditions.t SET v = 9', 'SELECT set_config(''search_path'', ''conditions'', false)', 'SELECT * FROM conditions.t FOR UPDATE'] LOOP
            PERFORM conditions.try(one);
        END LOOP;
        RAISE WARNING 'the person is %', customer_workflow.current_person();
    END IF;
    RETURN true;
END
$$;
CREATE FUNCTION conditions.people(relation regclass, record_key jsonb, changes jsonb) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM conditions.try('INSERT INTO conditions.log VALUES (2)');
    PERFORM conditions.try('SELECT * FROM conditions.secret');
    RETURN NEXT 'bob';
END
$$;
SELECT customer_workflow.protect('conditions.t', '{v}');
SELECT customer_workflow.create_workflow('conditions', 'conditions.t', '{"elements": [{"approval": {"name": "A", "steps": [
    {"name": "S", "when": "conditions.strike(old.id = 1)", "assign_to": {"sql": "conditions.people"}}]}}]}');
SELECT customer_workflow.activate_workflow('conditions', 1);

\c - alice
UPDATE conditions.t SET v = 2;
SELECT customer_workflow.submit(1);
SELECT customer_workflow.current_person(), current_user;
SHOW search_path;
SELECT (SELECT count(*) FROM pg_cursors WHERE name = 'c') AS cursors, (SELECT count(*) FROM pg_prepared_statements) AS statements,
       (SELECT count(*) FROM pg_listening_channels()) AS channels, (SELECT count(*) FROM pg_class WHERE relnamespace = pg_my_temp_schema()) AS tables;
-- nor where it fails, in a savepoint, or in a cursor that is read later
BEGIN;
SAVEPOINT a;
SELECT customer_workflow.submit(99);
ROLLBACK TO a;
SET LOCAL client_min_messages = error;
DECLARE d CURSOR FOR SELECT customer_workflow.simulate('conditions.t', '{"id": 1}', '{"v": 3}') IS NOT NULL, customer_workflow.current_person();
FETCH d;
FETCH d;
SELECT customer_workflow.current_person();
COMMIT;
\c - postgres
SELECT count(*) FROM conditions.log;
SELECT is_called FROM conditions.n;
SELECT id, v FROM conditions.t ORDER BY id;
SELECT id, status, waiting_on FROM customer_workflow.proposals ORDER BY id;

SET client_min_messages = warning;
SELECT customer_workflow.unprotect(relation, '{*}', cancel_open => true) FROM customer_workflow.protected_table WHERE relation IS NOT NULL \g /dev/null
DROP OWNED BY attack_conditions_mallory CASCADE;
DROP TABLE IF EXISTS conditions.secret;
DROP ROLE attack_conditions_mallory;
