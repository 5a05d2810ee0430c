-- Attack: the trigger functions are for everybody (whoever attaches a partition needs them); on a table of one's own they only raise errors.
\set SHOW_CONTEXT never
\set VERBOSITY terse
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
GRANT CREATE ON SCHEMA public TO alice;
SELECT current_user AS superuser \gset
\c - alice
CREATE TABLE mine (id int PRIMARY KEY, credit_limit numeric);
INSERT INTO mine VALUES (1, 1);
CREATE VIEW mine_too AS SELECT * FROM mine;
CREATE TABLE keyless (credit_limit numeric);
INSERT INTO keyless VALUES (1);
CREATE TABLE parted (id int PRIMARY KEY, credit_limit numeric) PARTITION BY RANGE (id);
CREATE TABLE part PARTITION OF parted FOR VALUES FROM (0) TO (10);
INSERT INTO parted VALUES (1, 1);

-- Each of them, in every place where PostgreSQL takes it, under its own name and another one
CREATE FUNCTION try(place text, statements text) RETURNS TABLE (function name, errors text) LANGUAGE plpgsql AS $$
DECLARE
    name text;
    statement text;
BEGIN
    FOR function IN SELECT p.proname FROM pg_proc AS p WHERE p.pronamespace = 'customer_workflow'::regnamespace AND p.proname ~ '^capture_' ORDER BY 1 LOOP
        errors := '';
        FOREACH name IN ARRAY '{t,!customer_workflow_first,~~~customer_workflow_last}'::text[] LOOP
            BEGIN
                EXECUTE format('CREATE TRIGGER %I %s EXECUTE FUNCTION customer_workflow.%I(''credit_limit'')', name, place, function);
                FOREACH statement IN ARRAY string_to_array(statements, ';') LOOP
                    BEGIN
                        EXECUTE statement;
                        SET CONSTRAINTS ALL IMMEDIATE;
                        errors := errors || 'none, ';
                    EXCEPTION WHEN OTHERS THEN
                        errors := errors || SQLSTATE || ', ';
                    END;
                END LOOP;
                RAISE division_by_zero;
            EXCEPTION WHEN division_by_zero THEN NULL;
            WHEN OTHERS THEN errors := errors || 'not made: ' || SQLSTATE || ', ';
            END;
        END LOOP;
        RETURN NEXT;
    END LOOP;
END
$$;
SELECT * FROM try('BEFORE INSERT OR UPDATE OR DELETE ON mine FOR EACH ROW', 'INSERT INTO mine VALUES (2, 2);UPDATE mine SET credit_limit = 3;DELETE FROM mine');
SELECT * FROM try('AFTER INSERT OR UPDATE OR DELETE ON mine FOR EACH ROW', 'INSERT INTO mine VALUES (2, 2);UPDATE mine SET credit_limit = 3;DELETE FROM mine');
SELECT * FROM try('BEFORE UPDATE OF credit_limit ON mine FOR EACH ROW', 'UPDATE mine SET credit_limit = 3');
SELECT * FROM try('BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON mine', 'INSERT INTO mine VALUES (2, 2);UPDATE mine SET credit_limit = 3;DELETE FROM mine;TRUNCATE mine');
SELECT * FROM try('AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON mine', 'INSERT INTO mine VALUES (2, 2);UPDATE mine SET credit_limit = 3;DELETE FROM mine;TRUNCATE mine');
SELECT * FROM try('INSTEAD OF INSERT OR UPDATE OR DELETE ON mine_too FOR EACH ROW', 'INSERT INTO mine_too VALUES (2, 2);UPDATE mine_too SET credit_limit = 3;DELETE FROM mine_too');
SELECT * FROM try('BEFORE INSERT OR UPDATE OR DELETE ON keyless FOR EACH ROW', 'INSERT INTO keyless VALUES (2);UPDATE keyless SET credit_limit = 3;DELETE FROM keyless');
SELECT * FROM try('BEFORE INSERT OR UPDATE OR DELETE ON parted FOR EACH ROW', 'INSERT INTO parted VALUES (2, 2);UPDATE parted SET credit_limit = 3, id = 3;DELETE FROM parted');
SELECT * FROM try('AFTER INSERT OR UPDATE OR DELETE ON part FOR EACH ROW', 'INSERT INTO parted VALUES (2, 2);UPDATE part SET credit_limit = 3;DELETE FROM parted');

-- As a deferred constraint trigger, with a transition table, on a temporary table; as an event trigger they are not to be had.
CREATE CONSTRAINT TRIGGER t AFTER UPDATE ON mine DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION customer_workflow.capture_delete();
UPDATE mine SET credit_limit = 5;
DROP TRIGGER t ON mine;
CREATE TRIGGER t AFTER DELETE ON mine REFERENCING OLD TABLE AS gone FOR EACH ROW EXECUTE FUNCTION customer_workflow.capture_delete();
DELETE FROM mine;
DROP TRIGGER t ON mine;
CREATE TEMP TABLE temporary (id int PRIMARY KEY, credit_limit numeric);
INSERT INTO temporary VALUES (1, 1);
CREATE TRIGGER t AFTER DELETE ON temporary FOR EACH ROW EXECUTE FUNCTION customer_workflow.capture_delete();
DELETE FROM temporary;
SELECT customer_workflow.capture_last();

-- A table of hers that she has protected, and in whose trigger's place another is put: a superuser may
SELECT customer_workflow.protect('mine', '{credit_limit}', 'credit_managers');
UPDATE mine SET credit_limit = 6;
CREATE TRIGGER "in between" BEFORE UPDATE ON mine FOR EACH ROW EXECUTE FUNCTION customer_workflow.capture_last();
\c - :superuser
CREATE TRIGGER "in between" BEFORE UPDATE ON mine FOR EACH ROW EXECUTE FUNCTION customer_workflow.capture_last();
CREATE TRIGGER "a second time" BEFORE UPDATE OF id, credit_limit ON mine FOR EACH ROW EXECUTE FUNCTION customer_workflow.capture_first();
CREATE TRIGGER "after all" AFTER UPDATE OR DELETE ON mine FOR EACH ROW EXECUTE FUNCTION customer_workflow.capture_delete();
\c - alice
UPDATE mine SET credit_limit = 7;
DROP TRIGGER "after all" ON mine;
UPDATE mine SET credit_limit = 8;
SELECT * FROM mine;
SELECT field, original_value, proposed_value FROM customer_workflow.proposed_changes;
