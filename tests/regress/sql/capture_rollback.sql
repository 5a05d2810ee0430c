-- Capture: a statement that fails, is cancelled or rolled back leaves nothing; a savepoint takes back what it captured and no more.
\set SHOW_CONTEXT never
SET customer_workflow.notices = off;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'credit_managers');
CREATE VIEW changes AS SELECT record_key, status, string_agg(field || ' ' || coalesce(proposed_value, 'null'), ', ' ORDER BY field) AS changes
  FROM customer_workflow.proposed_changes GROUP BY record_key, status ORDER BY record_key;
GRANT SELECT ON changes TO PUBLIC;
SET SESSION AUTHORIZATION alice;

-- A transaction that is rolled back, a statement that fails after it has captured
BEGIN;
UPDATE customers SET credit_limit = 5000;
ROLLBACK;
UPDATE customers SET credit_limit = 5000, version = 1 / (id - 3);
\echo :SQLSTATE
UPDATE customers SET credit_limit = 5000, name = NULL WHERE id = 1;
\echo :SQLSTATE
-- … that is cancelled
SET statement_timeout = 100;
WITH u AS (UPDATE customers SET credit_limit = 5000 WHERE id = 1 RETURNING 1) SELECT pg_sleep(10) FROM u;
\echo :SQLSTATE
RESET statement_timeout;
-- … at its end or at commit, by a trigger
RESET SESSION AUTHORIZATION;
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused'; END $$;
CREATE TRIGGER refuse AFTER UPDATE ON customers FOR EACH STATEMENT EXECUTE FUNCTION refuse();
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000;
\echo :SQLSTATE
RESET SESSION AUTHORIZATION;
DROP TRIGGER refuse ON customers;
CREATE CONSTRAINT TRIGGER refuse AFTER UPDATE ON customers DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse();
SET SESSION AUTHORIZATION alice;
BEGIN;
UPDATE customers SET credit_limit = 5000;
SELECT * FROM changes;
COMMIT;
\echo :SQLSTATE
RESET SESSION AUTHORIZATION;
DROP TRIGGER refuse ON customers;
SET SESSION AUTHORIZATION alice;
-- … and a connection that goes on is clean
SELECT * FROM changes;
SELECT count(*) FROM customer_workflow.workflow_history WHERE proposal IS NOT NULL;
UPDATE customers SET city = 'Kiel';
SELECT * FROM changes;

-- Savepoints
BEGIN;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SAVEPOINT a;
UPDATE customers SET credit_limit = 6000, payment_terms = 'N60' WHERE id = 1;
UPDATE customers SET credit_limit = 6000 WHERE id = 2;
SAVEPOINT b;
UPDATE customers SET credit_limit = 7000;
SELECT * FROM changes;
ROLLBACK TO b;
SELECT * FROM changes;
RELEASE a;
SAVEPOINT c;
UPDATE customers SET credit_limit = 8000;
ROLLBACK TO c;
UPDATE customers SET payment_terms = 'N90' WHERE id = 3;
COMMIT;
SELECT * FROM changes;

-- Blocks that catch exceptions: what they did is gone, what was before and after stays
DO $$
BEGIN
    UPDATE customers SET credit_limit = 5100 WHERE id = 1;
    FOR i IN 1 .. 3 LOOP
        BEGIN
            UPDATE customers SET credit_limit = 5100 + i WHERE id = i;
            IF i = 2 THEN
                RAISE 'not this one';
            END IF;
        EXCEPTION WHEN raise_exception THEN
            UPDATE customers SET payment_terms = 'failed' WHERE id = i;
        END;
    END LOOP;
END
$$;
SELECT * FROM changes;

-- A trigger that captures and fails inside of a statement that goes on
RESET SESSION AUTHORIZATION;
CREATE FUNCTION try() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() = 1 THEN
        BEGIN
            UPDATE customers SET credit_limit = 9999 WHERE id <> new.id;
            RAISE 'no';
        EXCEPTION WHEN raise_exception THEN
            NULL;
        END;
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER try BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION try();
CREATE TRIGGER try_after AFTER UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION try();
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5200;
SELECT * FROM changes;
RESET SESSION AUTHORIZATION;
DROP TRIGGER try ON customers;
DROP TRIGGER try_after ON customers;

-- More than the buffer holds, rolled back in the middle: what was flushed early is gone as well
INSERT INTO customers (id, name, credit_limit) SELECT g, 'Bulk', 10 FROM generate_series(101, 12100) AS g;
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 20, version = 1 / (12100 - id) WHERE id > 100;
\echo :SQLSTATE
SELECT count(*) FROM customer_workflow.proposals WHERE record_key -> 'id' > '100';
BEGIN;
SAVEPOINT s;
UPDATE customers SET credit_limit = 20 WHERE id > 100;
ROLLBACK TO s;
UPDATE customers SET credit_limit = 30 WHERE id > 12099;
COMMIT;
SELECT record_key, proposed_value FROM customer_workflow.proposed_changes WHERE record_key -> 'id' > '100';
RESET SESSION AUTHORIZATION;
SELECT max(credit_limit) FROM customers WHERE id > 100;
