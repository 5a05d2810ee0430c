-- Promise 1, no way around: statements that write a protected field directly. Each leaves the stored value and makes a proposal.
SET customer_workflow.notices = off;
CREATE TYPE address AS (street text, city text);
ALTER TABLE customers ADD COLUMN addr address, ADD COLUMN tags text[], ADD COLUMN data jsonb;
UPDATE customers SET credit_limit = id * 1000, addr = ('Main Street', 'Berlin'), tags = '{a,b}', data = '{"rating": "A"}';
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms, addr, tags, data}', 'credit_managers');
CREATE TABLE wishes (id bigint PRIMARY KEY, credit_limit numeric);
INSERT INTO wishes VALUES (1, 7000), (2, 7000);
GRANT ALL ON wishes TO alice;

-- What is stored and what is proposed after a path was tried; then all is cancelled, for the next one.
CREATE FUNCTION outcome() RETURNS TABLE (customer bigint, stored numeric, proposed text)
LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY
        SELECT c.id, c.credit_limit, string_agg(p.field || ' ' || coalesce(p.proposed_value, 'null'), ', ' ORDER BY p.field)
          FROM customers AS c LEFT JOIN customer_workflow.proposed_changes AS p
            ON p.record_key = jsonb_build_object('id', c.id) AND p.status = 'not_submitted'
         GROUP BY c.id HAVING count(p) > 0 OR c.credit_limit IS DISTINCT FROM c.id * 1000 ORDER BY c.id;
    PERFORM customer_workflow.cancel_many(ARRAY(SELECT id FROM customer_workflow.proposals WHERE status = 'not_submitted'));
END
$$;
CREATE TABLE before AS SELECT * FROM customers;
SET SESSION AUTHORIZATION alice;

-- UPDATE of one column
UPDATE customers SET credit_limit = 7000 WHERE id = 1;
SELECT * FROM outcome();
-- to NULL, and from NULL
UPDATE customers SET credit_limit = NULL WHERE id = 1;
UPDATE customers SET payment_terms = 'N60' WHERE id = 3;
SELECT * FROM outcome();
-- to the default
UPDATE customers SET credit_limit = DEFAULT WHERE id = 1;
SELECT * FROM outcome();
-- of every column, as ORMs do
UPDATE customers SET id = 1, name = 'Alpha', country = 'DE', credit_limit = 7000, payment_terms = 'N60', bank_account = 'DE01', city = 'Berlin',
    version = 1, updated_at = updated_at, addr = addr, tags = tags, data = data WHERE id = 1;
SELECT * FROM outcome();
-- of many rows
UPDATE customers SET credit_limit = 7000;
SELECT * FROM outcome();
-- of a row from a sub-select
UPDATE customers SET (credit_limit, payment_terms) = (SELECT 7000, 'N60') WHERE id = 1;
SELECT * FROM outcome();
-- UPDATE … FROM
UPDATE customers AS c SET credit_limit = w.credit_limit FROM wishes AS w WHERE w.id = c.id;
SELECT * FROM outcome();
-- UPDATE … RETURNING
UPDATE customers SET credit_limit = 7000 WHERE id = 1 RETURNING id, credit_limit;
SELECT * FROM outcome();
-- UPDATE ONLY
UPDATE ONLY customers SET credit_limit = 7000 WHERE id = 1;
SELECT * FROM outcome();

-- A field of a composite, an element of an array, a key of jsonb
UPDATE customers SET addr.city = 'Bonn' WHERE id = 1;
UPDATE customers SET tags[2] = 'c' WHERE id = 1;
UPDATE customers SET data['rating'] = '"B"' WHERE id = 1;
SELECT * FROM outcome();
SELECT c.addr, c.tags, c.data FROM customers AS c WHERE id = 1;

-- A data-modifying WITH
WITH u AS (UPDATE customers SET credit_limit = 7000 WHERE id = 1 RETURNING id) SELECT id FROM u;
SELECT * FROM outcome();
-- … that nobody reads
WITH u AS (UPDATE customers SET credit_limit = 7000 WHERE id = 1) SELECT 1 AS one;
SELECT * FROM outcome();
-- … twice in one statement, for two records
WITH a AS (UPDATE customers SET credit_limit = 7000 WHERE id = 1), b AS (UPDATE customers SET credit_limit = 8000 WHERE id = 2) SELECT 1 AS one;
SELECT * FROM outcome();
-- … and for one record, of which PostgreSQL lets one win
WITH a AS (UPDATE customers SET credit_limit = 7000 WHERE id = 1) UPDATE customers SET credit_limit = 7000 WHERE id = 1;
SELECT * FROM outcome();
-- … of which the main statement inserts
WITH u AS (UPDATE customers SET credit_limit = 7000 WHERE id = 1 RETURNING id) INSERT INTO wishes SELECT id + 10, 0 FROM u;
SELECT * FROM outcome();

-- INSERT … ON CONFLICT DO UPDATE
INSERT INTO customers (id, name, credit_limit) VALUES (1, 'Alpha', 7000) ON CONFLICT (id) DO UPDATE SET credit_limit = excluded.credit_limit;
SELECT * FROM outcome();
-- … where one row is new
INSERT INTO customers (id, name, credit_limit) VALUES (1, 'Alpha', 7000), (4, 'Delta', 4000)
    ON CONFLICT (id) DO UPDATE SET credit_limit = excluded.credit_limit RETURNING id, credit_limit;
SELECT * FROM outcome();

-- MERGE
MERGE INTO customers AS c USING wishes AS w ON w.id = c.id
    WHEN MATCHED AND c.id = 1 THEN UPDATE SET credit_limit = w.credit_limit
    WHEN MATCHED AND c.id = 2 THEN UPDATE SET payment_terms = 'N60', credit_limit = w.credit_limit + 1;
SELECT * FROM outcome();

-- Statements inside of others: EXPLAIN ANALYZE, COPY, CREATE TABLE AS
DO $$ BEGIN EXECUTE 'EXPLAIN ANALYZE UPDATE customers SET credit_limit = 7000 WHERE id = 1'; END $$;
SELECT * FROM outcome();
COPY (UPDATE customers SET credit_limit = 7000 WHERE id = 1 RETURNING id, credit_limit) TO STDOUT;
SELECT * FROM outcome();
CREATE TEMPORARY TABLE copied AS WITH u AS (UPDATE customers SET credit_limit = 7000 WHERE id = 1 RETURNING id, credit_limit) SELECT * FROM u;
TABLE copied;
SELECT * FROM outcome();

-- Prepared statements, with a custom and with a generic plan
PREPARE raise_limit (numeric, bigint) AS UPDATE customers SET credit_limit = $1 WHERE id = $2;
SET plan_cache_mode = force_custom_plan;
EXECUTE raise_limit (7000, 1);
SELECT * FROM outcome();
SET plan_cache_mode = force_generic_plan;
EXECUTE raise_limit (7000, 1);
EXECUTE raise_limit (8000, 2);
SELECT * FROM outcome();
RESET plan_cache_mode;

-- WHERE CURRENT OF a cursor
BEGIN;
DECLARE c CURSOR FOR SELECT * FROM customers WHERE id = 1 FOR UPDATE;
FETCH c \g /dev/null
UPDATE customers SET credit_limit = 7000 WHERE CURRENT OF c;
COMMIT;
SELECT * FROM outcome();

-- A savepoint that is rolled back, and the same again
BEGIN;
SAVEPOINT s;
UPDATE customers SET credit_limit = 6000 WHERE id = 1;
ROLLBACK TO s;
UPDATE customers SET credit_limit = 7000 WHERE id = 1;
RELEASE s;
COMMIT;
SELECT * FROM outcome();

-- A prepared transaction
BEGIN;
UPDATE customers SET credit_limit = 7000 WHERE id = 1;
PREPARE TRANSACTION 'promise1_statements';
COMMIT PREPARED 'promise1_statements';
SELECT * FROM outcome();

-- Of all of this nothing was written to the records that were there
RESET SESSION AUTHORIZATION;
SELECT count(*) AS same FROM before JOIN customers USING (id) WHERE before *= customers;
