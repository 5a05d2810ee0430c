-- Hostile depth: triggers that update their own table, functions that call themselves through ours, JSON, conditions and savepoints nested thousands deep.
\set SHOW_CONTEXT never
SET client_min_messages = error;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers', '{"record_label": "name"}');
INSERT INTO customers (id, name, credit_limit) SELECT g, 'C' || g, 0 FROM generate_series(4, 300) AS g;
CREATE FUNCTION brief(statement text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(left(e.value, 120), ': ' ORDER BY e.field DESC) FROM public.error_of(statement) AS e WHERE e.field IN ('sqlstate', 'message', 'none')
$$;

CREATE FUNCTION code(statement text) RETURNS text LANGUAGE sql AS $$ SELECT e.value FROM public.error_of(statement) AS e WHERE e.field IN ('sqlstate', 'none') $$;

-- Each row updates the next: what is captured at every depth becomes a proposal, in one statement
CREATE FUNCTION next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE public.customers SET credit_limit = 10 WHERE id = NEW.id + 1;
    RETURN NULL;
END
$$;
CREATE TRIGGER next AFTER UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION next();
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 10 WHERE id = 150;
SELECT count(*), min(record_key ->> 'id'), max(record_key ->> 'id') FROM customer_workflow.proposals;
RESET SESSION AUTHORIZATION;
DROP TRIGGER next ON customers;
CREATE TRIGGER next BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION next();
ALTER FUNCTION next() RENAME TO before;
CREATE OR REPLACE FUNCTION before() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE public.customers SET credit_limit = 20 WHERE id = OLD.id - 1;
    RETURN NEW;
END
$$;
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 20 WHERE id = 100;
SELECT count(*) FROM customer_workflow.proposals WHERE (record_key ->> 'id')::int <= 100;
RESET SESSION AUTHORIZATION;

-- For ever: an error, nothing is left, and the session works
CREATE OR REPLACE FUNCTION before() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE public.customers SET credit_limit = credit_limit + 1 WHERE id = 200 + (OLD.id + 1) % 2;
    RETURN NEW;
END
$$;
SET SESSION AUTHORIZATION alice;
SELECT brief('UPDATE customers SET credit_limit = 30 WHERE id = 201');
SELECT count(*) FROM customer_workflow.proposals WHERE record_key IN ('{"id": 200}', '{"id": 201}') AND status = 'not_submitted';
RESET SESSION AUTHORIZATION;
DROP TRIGGER next ON customers;
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5 WHERE id = 1;
SELECT count(*) FROM customer_workflow.proposals WHERE record_key = '{"id": 1}';
RESET SESSION AUTHORIZATION;

-- A trigger that proposes what it was called for, a condition and a label that ask themselves
CREATE FUNCTION proposes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM customer_workflow.propose('public.customers', jsonb_build_object('id', NEW.id), '{"credit_limit": 7}');
    RETURN NEW;
END
$$;
CREATE TRIGGER proposes BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION proposes();
SET SESSION AUTHORIZATION alice;
SELECT brief('UPDATE customers SET credit_limit = 40 WHERE id = 2');
SELECT brief($$SELECT customer_workflow.propose('customers', '{"id": 2}', '{"credit_limit": 41}')$$);
RESET SESSION AUTHORIZATION;
DROP TRIGGER proposes ON customers;
SET SESSION AUTHORIZATION erp_owner;
CREATE FUNCTION crm.asks(n int) RETURNS boolean LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN crm.asks(n + 1); END $$;
CREATE FUNCTION crm.submits(p bigint) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM customer_workflow.submit(p); RETURN true; END $$;
SELECT customer_workflow.create_workflow('asks', 'customers', '{"elements": [{"approval": {"name": "A", "steps": [
    {"name": "S", "when": "crm.asks(1)", "assign_to": {"role": "credit_managers"}}]}}]}');
SELECT customer_workflow.create_workflow('asks', 'customers', '{"when": "crm.submits(1)", "elements": [{"approval": {"name": "A", "steps": [
    {"name": "S", "assign_to": {"role": "credit_managers"}}]}}]}');
SELECT customer_workflow.activate_workflow('asks', 1);
SET SESSION AUTHORIZATION alice;
SELECT id AS p FROM customer_workflow.proposals WHERE record_key = '{"id": 1}' \gset
SELECT brief('SELECT customer_workflow.submit(' || :p || ')');
RESET SESSION AUTHORIZATION;
SELECT brief($$SELECT customer_workflow.activate_workflow('asks', 2)$$);
SET SESSION AUTHORIZATION alice;
SELECT brief('SELECT customer_workflow.submit(' || :p || ')');
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.deactivate_workflow('asks');
SELECT customer_workflow.configure('customers', '{"record_label": "crm.asks(1)::text"}');
SET SESSION AUTHORIZATION alice;
SELECT brief('SELECT record_label FROM customer_workflow.proposals');
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.configure('customers', '{"record_label": "name"}');

-- JSON
SELECT n, code(format('SELECT customer_workflow.propose(''customers'', %L, ''{"credit_limit": 1}'')', repeat('[', n) || repeat(']', n))) AS record_key,
       code(format('SELECT customer_workflow.propose(''customers'', ''{"id": 1}'', %L)', repeat('{"credit_limit":', n) || '1' || repeat('}', n))) AS changes,
       code(format('SELECT customer_workflow.create_workflow(''deep'', ''customers'', %L)', repeat('{"elements":[', n) || repeat(']}', n))) AS definition,
       code(format('SELECT customer_workflow.configure(''customers'', %L)', repeat('{"companions":', n) || '1' || repeat('}', n))) AS options
  FROM unnest('{10,126,127,128,3000}'::int[]) AS n;
SELECT code(format('SELECT customer_workflow.propose(''customers'', %L, ''{"credit_limit": 1}'')', repeat('[', 100000) || repeat(']', 100000))) AS record_key;

-- Conditions
SELECT left(c, 5) AS condition, length(c), array_agg(DISTINCT left(v.message, 60)) AS problems FROM unnest(ARRAY[repeat('(', 4990) || 'true' || repeat(')', 4990), repeat('not ', 2490) || 'true',
    '--1 = 1', 'true' || repeat(' and true', 1100), repeat('(', 9990), 'array' || repeat('[', 4990) || repeat(']', 4990) || ' is null', repeat('case when true then ', 400) || 'true' || repeat(' end', 400)]) AS c
 CROSS JOIN customer_workflow.validate_workflow(jsonb_build_object('when', c, 'elements', '[{"approval": {"name": "A", "steps": [{"name": "S", "assign_to": {"role": "credit_managers"}}]}}]'::jsonb), 'customers') AS v
 GROUP BY c ORDER BY c;

-- Savepoints: what each captures is kept or goes with it
SET SESSION AUTHORIZATION alice;
DO $$
BEGIN
    FOR i IN 1..2000 LOOP
        BEGIN
            UPDATE public.customers SET credit_limit = i WHERE id = 250 + i % 2;
            IF i % 2 = 0 THEN RAISE EXCEPTION 'back'; END IF;
        EXCEPTION WHEN raise_exception THEN NULL;
        END;
    END LOOP;
END
$$;
SELECT record_key, proposed_value FROM customer_workflow.proposed_changes WHERE record_key IN ('{"id": 250}', '{"id": 251}') ORDER BY 1;
CREATE FUNCTION pg_temp.nested(n int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE public.customers SET credit_limit = n + 1 WHERE id = 252;
    IF n > 0 THEN PERFORM pg_temp.nested(n - 1); END IF;
EXCEPTION WHEN division_by_zero THEN NULL;
END
$$;
SELECT pg_temp.nested(150);
SELECT proposed_value FROM customer_workflow.proposed_changes WHERE record_key = '{"id": 252}';
