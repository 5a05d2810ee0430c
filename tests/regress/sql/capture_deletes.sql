-- Capture, option on_record_delete: open proposals of records that are deleted or truncated; rows that move are not deleted.
\set SHOW_CONTEXT never
SET customer_workflow.notices = off;
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE accounts (id int, region text, v int, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE accounts_de PARTITION OF accounts FOR VALUES IN ('de');
CREATE TABLE accounts_at PARTITION OF accounts FOR VALUES IN ('at');
INSERT INTO accounts SELECT g, 'de', g FROM generate_series(1, 4) AS g;
INSERT INTO accounts SELECT g, 'at', g FROM generate_series(5, 8) AS g;
SELECT customer_workflow.protect('accounts', '{v}', 'credit_managers');
GRANT ALL ON accounts, accounts_de, accounts_at TO alice;
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
CREATE VIEW last_kinds AS
    SELECT p.record_key, p.status, (SELECT h.kind FROM customer_workflow.workflow_history AS h WHERE h.proposal = p.id ORDER BY h.at DESC LIMIT 1) AS last
      FROM customer_workflow.proposals AS p ORDER BY p.id;
GRANT SELECT ON last_kinds TO PUBLIC;
SET SESSION AUTHORIZATION alice;

-- cancel: also of what is pending; its work item is closed
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
UPDATE customers SET credit_limit = 5000 WHERE id = 2;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE record_key = '{"id": 1}';
DELETE FROM customers WHERE id = 1;
SELECT * FROM last_kinds;
RESET SESSION AUTHORIZATION;
SELECT count(*) FROM customer_workflow.work_items WHERE status = 'open';
-- a record that comes again under its key has nothing to do with it
INSERT INTO customers (id, name, credit_limit) VALUES (1, 'Alpha', 1000);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 6000 WHERE id = 1;
SELECT * FROM last_kinds;
-- a DELETE that is rolled back, or that a trigger swallows, cancels nothing
BEGIN;
DELETE FROM customers WHERE id = 1;
ROLLBACK;
RESET SESSION AUTHORIZATION;
CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER nothing BEFORE DELETE ON customers FOR EACH ROW EXECUTE FUNCTION nothing();
SET SESSION AUTHORIZATION alice;
DELETE FROM customers WHERE id = 1;
SELECT * FROM last_kinds WHERE status <> 'cancelled';
RESET SESSION AUTHORIZATION;
DROP TRIGGER nothing ON customers;
-- deleted and inserted by one statement the record is there
SET SESSION AUTHORIZATION alice;
WITH d AS (DELETE FROM customers WHERE id = 1 RETURNING *) INSERT INTO customers SELECT * FROM d;
SELECT * FROM last_kinds WHERE status <> 'cancelled';
-- deleted by MERGE
MERGE INTO customers AS c USING (VALUES (1)) AS w (id) ON w.id = c.id WHEN MATCHED THEN DELETE;
SELECT * FROM last_kinds WHERE record_key = '{"id": 1}';
-- deleted by a foreign key that cascades
RESET SESSION AUTHORIZATION;
CREATE TABLE countries (code text PRIMARY KEY);
INSERT INTO countries VALUES ('DE'), ('AT');
ALTER TABLE customers ADD FOREIGN KEY (country) REFERENCES countries ON DELETE CASCADE;
DELETE FROM countries WHERE code = 'DE';
SELECT * FROM last_kinds WHERE record_key = '{"id": 2}';
-- deleted by the transaction that proposes, and by the statement that does
INSERT INTO customers (id, name, country) VALUES (4, 'Delta', 'AT'), (5, 'Epsilon', 'AT');
SET SESSION AUTHORIZATION alice;
BEGIN;
UPDATE customers SET credit_limit = 1 WHERE id = 4;
DELETE FROM customers WHERE id = 4;
COMMIT;
SELECT * FROM last_kinds WHERE record_key = '{"id": 4}';
RESET SESSION AUTHORIZATION;
CREATE FUNCTION delete_again() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM customers WHERE id = new.id; RETURN NULL; END $$;
CREATE TRIGGER delete_again AFTER UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION delete_again();
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 1 WHERE id = 5;
SELECT count(*) FROM customers WHERE id = 5;
SELECT record_key, status FROM last_kinds WHERE record_key = '{"id": 5}';

-- A row that moves is not deleted, whatever its key; a deleted one of any partition is
UPDATE accounts SET v = v * 10;
UPDATE accounts SET region = 'at' WHERE id = 1;
UPDATE accounts SET region = 'de' WHERE id = 5;
UPDATE accounts SET region = 'de', id = 16 WHERE id = 6;
SELECT record_key, status FROM last_kinds WHERE record_key ? 'region';
DELETE FROM accounts WHERE id IN (1, 16);
DELETE FROM accounts_at WHERE id = 7;
SELECT record_key, status, last FROM last_kinds WHERE record_key ? 'region';
-- TRUNCATE of a partition, then of all
TRUNCATE accounts_at;
SELECT record_key, status, last FROM last_kinds WHERE record_key ? 'region';
BEGIN;
TRUNCATE accounts;
ROLLBACK;
SELECT count(*) FROM last_kinds WHERE record_key ? 'region' AND status = 'not_submitted';
TRUNCATE accounts;
SELECT record_key, status, last FROM last_kinds WHERE record_key ? 'region';

-- restrict: refused, whole; without an open proposal it works
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.configure(r, '{"on_record_delete": "restrict"}') FROM unnest('{customers, accounts}'::regclass[]) AS r;
INSERT INTO customers (id, name, country, credit_limit) SELECT g, 'C' || g, 'AT', 0 FROM generate_series(20, 24) AS g;
INSERT INTO accounts SELECT g, 'de', g FROM generate_series(1, 4) AS g;
DROP TRIGGER delete_again ON customers;
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 1 WHERE id IN (21, 22);
UPDATE accounts SET v = 0 WHERE id = 2;
SELECT * FROM error_of($$DELETE FROM customers WHERE id > 20$$);
SELECT * FROM error_of($$DELETE FROM customers WHERE id = 22$$);
SELECT count(*) FROM customers WHERE id >= 20;
DELETE FROM customers WHERE id IN (20, 23);
SELECT * FROM error_of($$TRUNCATE accounts_de$$);
SELECT * FROM error_of($$TRUNCATE accounts$$);
TRUNCATE accounts_at;
UPDATE accounts SET region = 'at' WHERE id = 2;
RESET SESSION AUTHORIZATION;
SELECT * FROM error_of($$DELETE FROM countries$$);
SELECT * FROM error_of($$TRUNCATE countries CASCADE$$);
SELECT count(*) FROM customers WHERE id >= 20;
-- once it is decided or cancelled, the record may go
SELECT c.outcome FROM customer_workflow.cancel_many(ARRAY(SELECT id FROM customer_workflow.proposals WHERE status = 'not_submitted')) AS c;
DELETE FROM countries;
TRUNCATE accounts;
SELECT count(*) FROM customers WHERE id >= 20;
