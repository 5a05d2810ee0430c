-- Attack: triggers and functions that run during an approval leave something in the approver's session that would run later, as the approver.
\set SHOW_CONTEXT never
CREATE ROLE attack_leftovers_mallory LOGIN;
CREATE SCHEMA leftovers AUTHORIZATION attack_leftovers_mallory;
GRANT USAGE ON SCHEMA leftovers TO PUBLIC;
CREATE ROLE attack_leftovers_approvers;
GRANT attack_leftovers_approvers TO postgres, bob;

\c - attack_leftovers_mallory
CREATE TABLE leftovers.t (id int PRIMARY KEY, v int, what text);
INSERT INTO leftovers.t SELECT n, 1, w FROM unnest('{cursor,setting,local setting,statement,table}'::text[]) WITH ORDINALITY AS u (w, n);
GRANT SELECT, UPDATE ON leftovers.t TO alice;
CREATE FUNCTION leftovers.strike() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
    IF current_user <> 'attack_leftovers_mallory' THEN
        RAISE WARNING 'mallory''s code runs as %', current_user;
    END IF;
    RETURN 1;
END
$$;
CREATE FUNCTION leftovers.arm(what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF current_user <> 'attack_leftovers_mallory' THEN
        RETURN;
    END IF;
    CASE what
        -- PostgreSQL reads the rest of it when the transaction commits
        WHEN 'cursor' THEN EXECUTE 'DECLARE c CURSOR WITH HOLD FOR SELECT leftovers.strike()';
        WHEN 'setting' THEN PERFORM set_config('search_path', 'leftovers', false), set_config('statement_timeout', '1', false);
        WHEN 'local setting' THEN PERFORM set_config('search_path', 'leftovers', true), set_config('row_security', 'off', true);
        WHEN 'statement' THEN EXECUTE 'PREPARE s AS SELECT leftovers.strike()';
        -- names are looked up among temporary tables first
        WHEN 'table' THEN EXECUTE 'CREATE TEMP TABLE customers AS SELECT 1 AS id';
    END CASE;
END
$$;
CREATE FUNCTION leftovers.on_write() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM leftovers.arm(new.what); RETURN NULL; END $$;
CREATE FUNCTION leftovers.task(proposal bigint, relation regclass, record_key jsonb, changes jsonb) RETURNS void LANGUAGE sql AS $$
    SELECT leftovers.arm(t.what) FROM leftovers.t WHERE t.id = (record_key ->> 'id')::int $$;
SELECT customer_workflow.protect('leftovers.t', '{v}', 'attack_leftovers_approvers');
\c - alice
UPDATE leftovers.t SET v = 2;
SELECT r.outcome FROM customer_workflow.submit_many(ARRAY(SELECT id FROM customer_workflow.proposals)) AS r;

-- Triggers of the owner, in a superuser's session. (A temporary table of a trigger stays: legitimate triggers have such.)
\c - attack_leftovers_mallory
CREATE TRIGGER last AFTER UPDATE ON leftovers.t FOR EACH ROW EXECUTE FUNCTION leftovers.on_write();
\c - postgres
SELECT p.record_key, r.outcome, r.sqlstate, r.message FROM customer_workflow.proposals AS p
 CROSS JOIN LATERAL customer_workflow.approve_many(ARRAY[p.id]) AS r ORDER BY p.id;
SHOW search_path;
SHOW statement_timeout;
SHOW row_security;
SELECT name FROM pg_cursors WHERE statement ~ 'leftovers.strike';
SELECT name FROM pg_prepared_statements WHERE statement ~ 'leftovers.strike';
SELECT * FROM error_of(format('SELECT customer_workflow.approve(%s)', (SELECT id FROM customer_workflow.proposals WHERE record_key = '{"id": 1}')));
-- The same in functions of automated tasks: what fails sends the change back.
\c - attack_leftovers_mallory
DROP TRIGGER last ON leftovers.t;
SELECT customer_workflow.create_workflow('leftovers', 'leftovers.t', '{"elements": [
    {"approval": {"name": "A", "steps": [{"name": "S", "assign_to": {"role": "attack_leftovers_approvers"}}]}},
    {"automated_task": {"name": "T", "function": "leftovers.task"}}]}');
SELECT customer_workflow.activate_workflow('leftovers', 1);
\c - alice
SELECT customer_workflow.cancel(id) FROM customer_workflow.proposals WHERE status NOT IN ('applied', 'cancelled');
UPDATE leftovers.t SET v = 3;
SELECT r.outcome FROM customer_workflow.submit_many(ARRAY(SELECT id FROM customer_workflow.proposals WHERE status = 'not_submitted')) AS r;
\c - postgres
SELECT p.record_key, r.outcome, r.sqlstate FROM customer_workflow.proposals AS p
 CROSS JOIN LATERAL customer_workflow.approve_many(ARRAY[p.id]) AS r WHERE p.status = 'pending_approval' ORDER BY p.id;
SELECT p.record_key, h.details ->> 'message' AS message FROM customer_workflow.workflow_history AS h JOIN customer_workflow.proposals AS p ON p.id = h.proposal
 WHERE h.kind = 'fault' ORDER BY h.proposal;
SHOW search_path;
SHOW statement_timeout;
SHOW row_security;
SELECT name FROM pg_cursors WHERE statement ~ 'leftovers.strike';
SELECT name FROM pg_prepared_statements WHERE statement ~ 'leftovers.strike';
SELECT relname FROM pg_class WHERE relnamespace = pg_my_temp_schema();

\c - postgres
SET client_min_messages = warning;
SELECT customer_workflow.unprotect(relation, '{*}', cancel_open => true) FROM customer_workflow.protected_table WHERE relation IS NOT NULL \g /dev/null
DROP OWNED BY attack_leftovers_mallory CASCADE;
DROP ROLE attack_leftovers_mallory, attack_leftovers_approvers;
