-- Option new_records: with transaction, a transaction completes freely what it has inserted, and nothing else; with protected (the default) a record is protected at once.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'credit_managers');
SET SESSION AUTHORIZATION alice;
-- protected
BEGIN;
INSERT INTO customers (id, name) VALUES (7, 'Delta');
UPDATE customers SET credit_limit = 700 WHERE id = 7 RETURNING credit_limit;
ROLLBACK;
-- transaction: as an object-relational mapper does
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('customers', '{"new_records": "transaction"}');
SET SESSION AUTHORIZATION alice;
BEGIN;
INSERT INTO customers (id, name) VALUES (7, 'Delta');
UPDATE customers SET credit_limit = 700 WHERE id = 7 RETURNING credit_limit;
UPDATE customers SET credit_limit = 701, payment_terms = 'N30', city = 'Kiel' WHERE id = 7 RETURNING credit_limit, payment_terms, city;
INSERT INTO customers (id, name, credit_limit) VALUES (7, 'Delta', 702) ON CONFLICT (id) DO UPDATE SET credit_limit = excluded.credit_limit RETURNING credit_limit;
DO $$ BEGIN UPDATE customers SET credit_limit = 703 WHERE id = 7; END $$;
SELECT credit_limit FROM customers WHERE id = 7;
COMMIT;
-- the next transaction does not
UPDATE customers SET credit_limit = 800 WHERE id = 7 RETURNING credit_limit;
SELECT count(*) FROM customer_workflow.proposals;
SELECT count(*) FROM customer_workflow.direct_changes;

-- What was there before is not new, whatever the transaction has done to it
SET customer_workflow.notices = off;
BEGIN;
-- written by it
UPDATE customers SET city = 'Bremen' WHERE id = 1;
UPDATE customers SET credit_limit = 9999 WHERE id = 1 RETURNING credit_limit;
-- met by its INSERT
INSERT INTO customers (id, name) VALUES (1, 'x') ON CONFLICT DO NOTHING;
UPDATE customers SET credit_limit = 9999 WHERE id = 1 RETURNING credit_limit;
INSERT INTO customers (id, name) VALUES (1, 'Alpha') ON CONFLICT (id) DO UPDATE SET name = excluded.name;
UPDATE customers SET credit_limit = 9999 WHERE id = 1 RETURNING credit_limit;
-- given the key of a new record, or swapped with one
INSERT INTO customers (id, name) VALUES (8, 'Epsilon');
DELETE FROM customers WHERE id = 8;
UPDATE customers SET id = 8 WHERE id = 2;
UPDATE customers SET credit_limit = 9999 WHERE id = 8 RETURNING credit_limit;
WITH d AS (DELETE FROM customers WHERE id = 7), i AS (INSERT INTO customers (id, name) VALUES (9, 'Zeta')) SELECT;
UPDATE customers SET id = id + 100 WHERE id = 9;
UPDATE customers SET id = 9 WHERE id = 3;
UPDATE customers SET credit_limit = 9999 WHERE id IN (9, 109) RETURNING id, credit_limit;
ROLLBACK;
-- Where the key is checked later, two rows may bear it for a while: nothing is known to be new
RESET SESSION AUTHORIZATION;
ALTER TABLE customers DROP CONSTRAINT customers_pkey, ADD PRIMARY KEY (id) DEFERRABLE;
SET SESSION AUTHORIZATION alice;
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
INSERT INTO customers (id, name) VALUES (1, 'twin');
UPDATE customers SET credit_limit = 9999 WHERE id = 1 RETURNING name, credit_limit;
DELETE FROM customers WHERE name = 'twin';
COMMIT;
SELECT name, credit_limit FROM customers WHERE id = 1;
BEGIN;
INSERT INTO customers (id, name) VALUES (8, 'Epsilon');
UPDATE customers SET id = CASE id WHEN 1 THEN 8 ELSE 1 END WHERE id IN (1, 8);
UPDATE customers SET credit_limit = 9999 WHERE id IN (1, 8) RETURNING id, name, credit_limit;
ROLLBACK;
RESET SESSION AUTHORIZATION;
ALTER TABLE customers DROP CONSTRAINT customers_pkey, ADD PRIMARY KEY (id);

-- Savepoints
SET SESSION AUTHORIZATION alice;
BEGIN;
SAVEPOINT a;
INSERT INTO customers (id, name) VALUES (10, 'Eta');
ROLLBACK TO a;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.disable('customers');
INSERT INTO customers (id, name) VALUES (10, 'by somebody else');
SELECT customer_workflow.enable('customers');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 1 WHERE id = 10 RETURNING credit_limit;
SAVEPOINT b;
INSERT INTO customers (id, name) VALUES (11, 'Theta');
ROLLBACK;
BEGIN;
SAVEPOINT a;
INSERT INTO customers (id, name) VALUES (11, 'Theta');
SAVEPOINT b;
INSERT INTO customers (id, name) VALUES (12, 'Iota');
RELEASE b;
SAVEPOINT c;
DELETE FROM customers WHERE id = 12;
ROLLBACK TO c;
UPDATE customers SET credit_limit = 12 WHERE id = 12 RETURNING credit_limit;
RELEASE a;
UPDATE customers SET credit_limit = 11 WHERE id = 11 RETURNING credit_limit;
COMMIT;

-- Another person in the same transaction completes nothing
BEGIN;
INSERT INTO customers (id, name) VALUES (13, 'Kappa');
SET SESSION AUTHORIZATION dave;
UPDATE customers SET credit_limit = 13 WHERE id = 13 RETURNING credit_limit;
COMMIT;

-- With on_delete propose, what the transaction has inserted it may delete again
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.configure('customers', '{"on_delete": "propose"}');
SET SESSION AUTHORIZATION alice;
\set QUIET off
BEGIN;
INSERT INTO customers (id, name) VALUES (14, 'Lambda');
DELETE FROM customers WHERE id = 14;
DELETE FROM customers WHERE id = 13;
COMMIT;
\set QUIET on
-- So many at most are known: any further is protected at once
BEGIN;
INSERT INTO customers (id, name) SELECT g, 'bulk' FROM generate_series(1000001, 1100001) AS g;
UPDATE customers SET credit_limit = 1 WHERE id IN (1000001, 1100000, 1100001);
SELECT id, credit_limit FROM customers WHERE id IN (1000001, 1100000, 1100001) ORDER BY id;
ROLLBACK;
-- COPY
BEGIN;
COPY customers (id, name) FROM stdin;
15	My
\.
UPDATE customers SET credit_limit = 15 WHERE id = 15 RETURNING credit_limit;
COMMIT;
