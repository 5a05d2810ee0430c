-- Promise 2, transparent: row counts, RETURNING, FOUND, optimistic locking, prepared statements are as without this extension.
\set SHOW_CONTEXT never
SET customer_workflow.notices = off;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'credit_managers');
SET SESSION AUTHORIZATION alice;
\set QUIET off

-- UPDATE n: one row, all rows, none, a row whose protected value is the same
UPDATE customers SET credit_limit = 7000 WHERE id = 1;
UPDATE customers SET credit_limit = 7000;
UPDATE customers SET credit_limit = 7000 WHERE id = 99;
UPDATE customers SET credit_limit = 1000 WHERE id = 1;
UPDATE customers SET credit_limit = 7000, city = 'Bremen' WHERE id < 3;
-- INSERT … ON CONFLICT, MERGE
INSERT INTO customers (id, name, credit_limit) VALUES (1, 'Alpha', 8000), (4, 'Delta', 4000)
    ON CONFLICT (id) DO UPDATE SET credit_limit = excluded.credit_limit;
MERGE INTO customers AS c USING (VALUES (1, 9000), (2, 9000), (5, 5000)) AS w (id, wish) ON w.id = c.id
    WHEN MATCHED THEN UPDATE SET credit_limit = w.wish
    WHEN NOT MATCHED THEN INSERT (id, name, credit_limit) VALUES (w.id, 'Epsilon', w.wish);
\set QUIET on

-- RETURNING shows what is stored, in expressions and whole rows too; other columns are written
WITH u AS (UPDATE customers SET credit_limit = 7000, city = 'Kiel', payment_terms = NULL WHERE id < 3
    RETURNING id, credit_limit, credit_limit * 2 AS double, payment_terms, city) SELECT * FROM u ORDER BY id;
UPDATE customers AS c SET credit_limit = 7000, city = 'Bonn' WHERE id = 1 RETURNING c;
UPDATE customers AS c SET credit_limit = w.wish FROM (VALUES (2, 6000)) AS w (id, wish) WHERE w.id = c.id RETURNING w.wish, c.credit_limit;
INSERT INTO customers (id, name, credit_limit) VALUES (1, 'Alpha', 8000) ON CONFLICT (id) DO UPDATE SET credit_limit = excluded.credit_limit, city = 'Köln'
    RETURNING id, credit_limit, city;

-- FOUND and ROW_COUNT
DO $$
DECLARE
    n bigint;
    stored customers;
BEGIN
    UPDATE customers SET credit_limit = 7100 WHERE id < 3;
    GET DIAGNOSTICS n = ROW_COUNT;
    RAISE INFO 'found %, % rows', FOUND, n;
    UPDATE customers SET credit_limit = 7100 WHERE id = 99;
    GET DIAGNOSTICS n = ROW_COUNT;
    RAISE INFO 'found %, % rows', FOUND, n;
    UPDATE customers SET credit_limit = 7100, name = 'Alpha Ltd' WHERE id = 1 RETURNING * INTO STRICT stored;
    RAISE INFO '% has %', stored.name, stored.credit_limit;
    EXECUTE 'UPDATE customers SET credit_limit = 7200' ;
    GET DIAGNOSTICS n = ROW_COUNT;
    RAISE INFO '% rows', n;
END
$$;

-- Optimistic locking: the version is counted up, and whoever comes with an old one meets no row
\set QUIET off
UPDATE customers SET credit_limit = 7300, version = version + 1 WHERE id = 1 AND version = 1;
UPDATE customers SET credit_limit = 7400, version = version + 1 WHERE id = 1 AND version = 1;
UPDATE customers SET credit_limit = 7500, version = 3 WHERE id = 1 AND version = 2 RETURNING version, credit_limit;
-- … by the system column that some ORMs use
SELECT xmin AS seen FROM customers WHERE id = 1 \gset
UPDATE customers SET credit_limit = 7600 WHERE id = 1 AND xmin = :'seen';
UPDATE customers SET credit_limit = 7700 WHERE id = 1 AND xmin = :'seen';
-- … or by all old values
UPDATE customers SET credit_limit = 7800 WHERE id = 2 AND credit_limit = 2000 AND city = 'Kiel';

-- A prepared statement, over and over, with custom plans and then a generic one
PREPARE change (numeric, text, bigint) AS UPDATE customers SET credit_limit = $1, city = $2 WHERE id = $3 RETURNING credit_limit, city;
EXECUTE change (1, 'a', 1);
EXECUTE change (2, 'b', 1);
EXECUTE change (3, 'c', 1);
EXECUTE change (4, 'd', 1);
EXECUTE change (5, 'e', 1);
EXECUTE change (6, 'f', 1);
EXECUTE change (7, 'g', 1);
SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE name = 'change';
\set QUIET on
SELECT proposed_value FROM customer_workflow.proposed_changes WHERE record_key = '{"id": 1}' AND field = 'credit_limit';

-- A bulk UPDATE
RESET SESSION AUTHORIZATION;
INSERT INTO customers (id, name, credit_limit) SELECT g, 'Bulk ' || g, 10 FROM generate_series(101, 1100) AS g;
SET SESSION AUTHORIZATION alice;
\set QUIET off
UPDATE customers SET credit_limit = 20, city = 'Bulk' WHERE id > 100;
\set QUIET on
SELECT count(*), min(credit_limit), max(credit_limit), min(city) FROM customers WHERE id > 100;
SELECT count(*) FROM customer_workflow.proposed_changes WHERE record_key -> 'id' > '100' AND proposed_value = '20.00';
