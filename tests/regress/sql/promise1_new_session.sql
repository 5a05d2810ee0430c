-- Promise 1, no way around: the first statements of a session, in which the library is loaded while they run.
\set SHOW_CONTEXT never
ALTER DATABASE regress_promise1_new_session SET customer_workflow.notices = off;
UPDATE customers SET credit_limit = id * 1000;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');

-- What is stored and what is proposed after a path was tried; then all is cancelled, for the next one.
CREATE FUNCTION outcome() RETURNS TABLE (customer bigint, stored numeric, city text, proposed text)
LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY
        SELECT c.id, c.credit_limit, c.city, p.proposed_value
          FROM customers AS c LEFT JOIN customer_workflow.proposed_changes AS p
            ON p.record_key = jsonb_build_object('id', c.id) AND p.status = 'not_submitted'
         WHERE p.proposal IS NOT NULL OR c.credit_limit IS DISTINCT FROM c.id * 1000 ORDER BY c.id;
    PERFORM customer_workflow.cancel_many(ARRAY(SELECT id FROM customer_workflow.proposals WHERE status = 'not_submitted'));
END
$$;
CREATE TABLE log (id bigint, credit_limit numeric);
GRANT ALL ON log TO PUBLIC;

-- An UPDATE of one row, of more rows
\c -
UPDATE customers SET credit_limit = 7000 WHERE id = 1;
SELECT * FROM outcome();
\c -
UPDATE customers SET credit_limit = 7000;
SELECT * FROM outcome();

-- Another trigger runs statements of its own between ours
CREATE FUNCTION logged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM log) >= 0 THEN
        INSERT INTO log VALUES (new.id, new.credit_limit);
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER logged BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION logged();
\c -
UPDATE customers SET credit_limit = 7000 WHERE id < 3;
SELECT * FROM outcome();
-- … in a block that catches exceptions, in a data-modifying WITH, in a function, in a cursor
\c -
DO $$ BEGIN UPDATE customers SET credit_limit = 7000 WHERE id = 1; EXCEPTION WHEN others THEN RAISE; END $$;
SELECT * FROM outcome();
\c -
WITH u AS (UPDATE customers SET credit_limit = 7000 WHERE id = 1) UPDATE customers SET credit_limit = 7000 WHERE id = 2;
SELECT * FROM outcome();
CREATE FUNCTION set_limit(customer bigint, wish numeric) RETURNS numeric LANGUAGE sql AS $$
    UPDATE customers SET credit_limit = wish WHERE id = customer RETURNING credit_limit
$$;
\c -
SELECT id, set_limit(id, 7000) FROM customers ORDER BY id;
SELECT * FROM outcome();
-- a second statement that nests deeper than the first
\c -
SELECT set_limit(1, 7000), set_limit(2, 7000);
DO $$ BEGIN PERFORM set_limit(id, 8000) FROM customers WHERE id > 1 ORDER BY id; END $$;
SELECT * FROM outcome();
\c -
BEGIN;
DECLARE c CURSOR FOR SELECT set_limit(id, 7000) FROM customers ORDER BY id;
FETCH 1 FROM c;
UPDATE customers SET credit_limit = 8000 WHERE id = 2;
FETCH ALL FROM c;
COMMIT;
SELECT * FROM outcome();

-- An AFTER trigger that updates other rows
CREATE FUNCTION after_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() = 1 THEN
        UPDATE customers SET credit_limit = 8000 WHERE id <> new.id;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER after_update AFTER UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION after_update();
\c -
UPDATE customers SET credit_limit = 7000 WHERE id = 1;
SELECT * FROM outcome();
\c -
UPDATE customers SET city = 'Bremen' WHERE id = 1;
SELECT * FROM outcome();
DROP TRIGGER after_update ON customers;

-- An error, after which the session goes on
\c -
UPDATE customers SET credit_limit = 7000, name = NULL WHERE id = 1;
\echo :SQLSTATE
UPDATE customers SET credit_limit = 7000 WHERE id = 1;
SELECT * FROM outcome();
\c -
DO $$ BEGIN UPDATE customers SET credit_limit = 7000, name = NULL WHERE id = 1; EXCEPTION WHEN others THEN UPDATE customers SET credit_limit = 8000 WHERE id = 2; END $$;
SELECT * FROM outcome();

-- The first statement is one of the extension's own
\c -
SELECT customer_workflow.propose('customers', '{"id": 1}', '{"credit_limit": 7000}') IS NOT NULL AS proposed;
UPDATE customers SET credit_limit = 7000 WHERE id = 2;
SELECT * FROM outcome();
SELECT DISTINCT * FROM log ORDER BY id;
UPDATE customers SET credit_limit = 7000 WHERE id = 2;

-- A DELETE whose end is not hooked yet: the next statement sees to its proposals, also a SELECT, which ends without a snapshot
\c -
BEGIN;
DELETE FROM customers WHERE id = 2;
SELECT status FROM customer_workflow.proposals WHERE status = 'not_submitted';
SELECT count(*) FROM customer_workflow.proposals WHERE status = 'not_submitted';
COMMIT;
