-- Promise 1, no way around: writes in functions, procedures, DO blocks and cursors, whatever rights they run with.
SET customer_workflow.notices = off;
UPDATE customers SET credit_limit = id * 1000;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');

-- What is stored and what is proposed after a path was tried; then all is cancelled, for the next one.
CREATE FUNCTION outcome() RETURNS TABLE (customer bigint, stored numeric, proposed text, author text)
LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY
        SELECT c.id, c.credit_limit, p.proposed_value, p.author
          FROM customers AS c LEFT JOIN customer_workflow.proposed_changes AS p
            ON p.record_key = jsonb_build_object('id', c.id) AND p.status = 'not_submitted'
         WHERE p.proposal IS NOT NULL OR c.credit_limit IS DISTINCT FROM c.id * 1000 ORDER BY c.id;
    PERFORM customer_workflow.cancel_many(ARRAY(SELECT id FROM customer_workflow.proposals WHERE status = 'not_submitted'));
END
$$;

SET SESSION AUTHORIZATION erp_owner;
-- PL/pgSQL
CREATE FUNCTION crm.set_limit(customer bigint, wish numeric) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
    stored numeric;
BEGIN
    UPDATE customers SET credit_limit = wish WHERE id = customer RETURNING credit_limit INTO stored;
    RETURN stored;
END
$$;
-- SQL, and SQL with a parsed body
CREATE FUNCTION crm.set_limit_sql(customer bigint, wish numeric) RETURNS numeric LANGUAGE sql AS $$
    UPDATE customers SET credit_limit = wish WHERE id = customer RETURNING credit_limit
$$;
CREATE FUNCTION crm.set_limit_atomic(customer bigint, wish numeric) RETURNS SETOF numeric LANGUAGE sql BEGIN ATOMIC
    UPDATE customers SET credit_limit = wish WHERE id = customer;
    SELECT credit_limit FROM customers WHERE id = customer;
END;
-- with the rights of the table's owner
CREATE FUNCTION crm.set_limit_as_owner(customer bigint, wish numeric) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    UPDATE customers SET credit_limit = wish WHERE id = customer
$$;
-- that lets no error out
CREATE FUNCTION crm.set_limit_or_not(customer bigint, wish numeric) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    BEGIN
        UPDATE customers SET credit_limit = wish WHERE id = customer;
        UPDATE customers SET credit_limit = -1, name = NULL WHERE id = customer;
    EXCEPTION WHEN others THEN
        UPDATE customers SET credit_limit = wish + 1 WHERE id = customer;
        RETURN sqlerrm;
    END;
    RETURN 'no error';
END
$$;
-- that writes whatever it is given
CREATE FUNCTION crm.run(statement text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE statement; END $$;

SET SESSION AUTHORIZATION alice;
SELECT crm.set_limit(1, 7000);
SELECT * FROM outcome();
SELECT crm.set_limit_sql(1, 7000);
SELECT * FROM outcome();
SELECT crm.set_limit_atomic(1, 7000);
SELECT * FROM outcome();
SELECT crm.set_limit_as_owner(1, 7000);
SELECT * FROM outcome();
SELECT crm.set_limit_or_not(1, 7000);
SELECT * FROM outcome();
SELECT crm.run('UPDATE customers SET credit_limit = 7000 WHERE id = 1');
SELECT * FROM outcome();
-- as often as the query around has rows
SELECT id, crm.set_limit(id, 7000) FROM customers ORDER BY id;
SELECT * FROM outcome();
-- in the WHERE of an UPDATE that writes other fields
UPDATE customers SET city = 'Bremen' WHERE id = 2 AND crm.set_limit(1, 7000) > 0;
SELECT * FROM outcome();
-- which a partly read portal calls
BEGIN;
DECLARE c CURSOR FOR SELECT crm.set_limit(id, 7000) FROM customers ORDER BY id;
FETCH 1 FROM c;
COMMIT;
SELECT * FROM outcome();

-- A DO block: loops over an UPDATE, a cursor that is updated where it stands, a dynamic statement with parameters
DO $$
DECLARE
    c CURSOR FOR SELECT * FROM customers WHERE id = 2 FOR UPDATE;
    r record;
BEGIN
    FOR r IN UPDATE customers SET credit_limit = 7000 WHERE id = 1 RETURNING * LOOP
        ASSERT r.credit_limit = 1000;
    END LOOP;
    FOR r IN c LOOP
        UPDATE customers SET credit_limit = 8000 WHERE CURRENT OF c;
    END LOOP;
    EXECUTE format('UPDATE %I SET %I = $1 WHERE id = $2', 'customers', 'credit_limit') USING 9000, 3;
END
$$;
SELECT * FROM outcome();

-- A procedure that commits and rolls back between its statements
RESET SESSION AUTHORIZATION;
CREATE PROCEDURE crm.set_limits() LANGUAGE plpgsql AS $$
BEGIN
    UPDATE customers SET credit_limit = 7000 WHERE id = 1;
    COMMIT;
    UPDATE customers SET credit_limit = 8000 WHERE id = 2;
    ROLLBACK;
    UPDATE customers SET credit_limit = 9000 WHERE id = 3;
END
$$;
SET SESSION AUTHORIZATION alice;
CALL crm.set_limits();
SELECT * FROM outcome();
-- … and one that commits in a loop over an UPDATE
DO $$
DECLARE
    r record;
BEGIN
    FOR r IN SELECT id FROM customers ORDER BY id LOOP
        UPDATE customers SET credit_limit = 7000 WHERE id = r.id;
        COMMIT;
    END LOOP;
END
$$;
SELECT * FROM outcome();

-- Functions in places where one looks for none: a default, a CHECK, a policy
RESET SESSION AUTHORIZATION;
CREATE TABLE crm.odd (id int DEFAULT crm.set_limit(1, 7000), n numeric CHECK (crm.set_limit(2, n) > 0));
ALTER TABLE crm.odd ENABLE ROW LEVEL SECURITY;
CREATE POLICY odd ON crm.odd USING (crm.set_limit(3, 9000) > 0);
GRANT ALL ON crm.odd TO alice;
SET SESSION AUTHORIZATION alice;
INSERT INTO crm.odd (n) VALUES (8000);
SELECT * FROM outcome();
SELECT n FROM crm.odd;
SELECT * FROM outcome();

-- Nothing was written
SELECT id, credit_limit FROM customers ORDER BY id;
