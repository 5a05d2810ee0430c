-- Promise 1 (no way around): a protected table is not dropped, given to another owner, or replaced by another of its name, but in maintenance.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
CREATE ROLE guard_tables_heir;
CREATE ROLE guard_tables_member LOGIN;
GRANT CREATE, USAGE ON SCHEMA crm, public TO guard_tables_heir, guard_tables_member;
GRANT guard_tables_heir, erp_owner TO guard_tables_member;
GRANT guard_tables_heir TO erp_owner;
CREATE SCHEMA shop AUTHORIZATION erp_owner;
GRANT CREATE, USAGE ON SCHEMA shop TO guard_tables_heir;
SELECT format('GRANT CREATE ON DATABASE %I TO erp_owner, guard_tables_heir', current_database()) \gexec
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE shop.accounts (id int PRIMARY KEY, amount numeric, city text);
INSERT INTO shop.accounts VALUES (1, 10, 'Bonn');
SELECT customer_workflow.protect('shop.accounts', '{amount}', 'credit_managers');

-- Dropped
SELECT * FROM error_of('DROP TABLE shop.accounts');
SELECT s AS statement, e.value AS error
  FROM unnest(ARRAY['DROP SCHEMA shop CASCADE', 'DROP OWNED BY erp_owner']) AS s CROSS JOIN LATERAL error_of(s) AS e WHERE e.field IN ('message', 'none');
-- Given away
SELECT * FROM error_of('ALTER TABLE shop.accounts OWNER TO guard_tables_heir');
-- PostgreSQL tells nobody of REASSIGN OWNED; verify_protection() sees it
SET SESSION AUTHORIZATION guard_tables_member;
BEGIN;
REASSIGN OWNED BY erp_owner TO guard_tables_heir;
SELECT * FROM customer_workflow.verify_protection();
ROLLBACK;
SET SESSION AUTHORIZATION erp_owner;

-- Renamed it stays protected, and nothing else takes its name: the application would write there
ALTER TABLE shop.accounts RENAME TO debtors;
SELECT * FROM error_of('CREATE TABLE shop.accounts (id int PRIMARY KEY, amount numeric)');
CREATE TABLE shop.other AS SELECT * FROM shop.debtors;
SELECT s AS statement, e.value AS error
  FROM unnest(ARRAY['CREATE TABLE shop.accounts AS SELECT * FROM shop.debtors', 'SELECT * INTO shop.accounts FROM shop.debtors',
                    'CREATE MATERIALIZED VIEW shop.accounts AS SELECT * FROM shop.debtors', 'CREATE VIEW shop.accounts AS SELECT * FROM shop.other',
                    'CREATE VIEW shop.accounts AS SELECT o.* FROM shop.other AS o LEFT JOIN shop.debtors ON false',
                    'ALTER TABLE shop.other RENAME TO accounts', 'CREATE TABLE shop.accounts () INHERITS (shop.other)']) AS s
 CROSS JOIN LATERAL error_of(s) AS e WHERE e.field IN ('message', 'none');
-- the same by way of its schema
ALTER SCHEMA shop RENAME TO store;
CREATE SCHEMA shop;
SELECT field, value FROM error_of('CREATE TABLE shop.debtors (id int)') WHERE field = 'message';
SELECT field, value FROM error_of('CREATE SCHEMA shop2 CREATE TABLE debtors (id int); ALTER SCHEMA shop RENAME TO shop3; ALTER SCHEMA shop2 RENAME TO shop') WHERE field = 'message';
DROP SCHEMA shop;
ALTER SCHEMA store RENAME TO shop;
ALTER TABLE shop.debtors SET SCHEMA crm;
SELECT field, value FROM error_of('ALTER TABLE shop.other RENAME TO debtors') WHERE field = 'message';
ALTER TABLE crm.debtors SET SCHEMA shop;
-- A view on the table is as good as the table
CREATE VIEW shop.accounts AS SELECT * FROM shop.debtors;
SET client_min_messages = warning;
UPDATE shop.accounts SET amount = 99;
RESET client_min_messages;
SELECT amount FROM shop.debtors;
DROP VIEW shop.accounts;
-- It may take its name again
ALTER TABLE shop.debtors RENAME TO accounts;
CREATE TABLE shop.debtors3 (id int);

-- In maintenance all of this is done
SELECT customer_workflow.cancel(id) FROM customer_workflow.proposals;
BEGIN;
SELECT customer_workflow.begin_maintenance('{shop.accounts}', 'moves to another schema');
ALTER TABLE shop.accounts RENAME TO debtors;
CREATE TABLE shop.accounts (id int);
COMMIT;
BEGIN;
SELECT customer_workflow.begin_maintenance('{shop.debtors}', 'belongs to another');
ALTER TABLE shop.debtors OWNER TO guard_tables_heir;
COMMIT;
SELECT tableowner FROM pg_tables WHERE tablename = 'debtors';
SELECT * FROM customer_workflow.verify_protection();
-- and by superusers, on record
RESET SESSION AUTHORIZATION;
ALTER TABLE shop.debtors OWNER TO guard_tables_heir;
ALTER TABLE shop.debtors OWNER TO erp_owner;
ALTER TABLE shop.debtors RENAME TO accounts2;
CREATE TABLE shop.debtors (id int);
DROP TABLE shop.debtors, shop.accounts;
DROP TABLE shop.accounts2;
SELECT kind, person, details FROM customer_workflow.workflow_history WHERE kind IN ('protection_altered', 'table_dropped') ORDER BY at;

-- Unprotected, a table is the owner's again
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE shop.accounts (id int PRIMARY KEY, amount numeric);
SELECT customer_workflow.protect('shop.accounts', '{amount}', 'credit_managers');
SELECT customer_workflow.unprotect('shop.accounts', '{*}');
ALTER TABLE shop.accounts OWNER TO guard_tables_heir;
RESET SESSION AUTHORIZATION;
DROP SCHEMA shop CASCADE;
SELECT format('REVOKE CREATE ON DATABASE %I FROM erp_owner, guard_tables_heir', current_database()) \gexec
REVOKE ALL ON SCHEMA crm, public FROM guard_tables_heir, guard_tables_member;
DROP OWNED BY guard_tables_heir, guard_tables_member;
DROP ROLE guard_tables_heir, guard_tables_member;

-- DDL that ERPs run every day is nobody's business
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
ALTER TABLE customers ADD COLUMN note text DEFAULT 'none', ADD CONSTRAINT note_there CHECK (note <> '') NOT VALID;
ALTER TABLE customers VALIDATE CONSTRAINT note_there;
CREATE INDEX ON customers (credit_limit);
ALTER TABLE customers ALTER COLUMN credit_limit SET DEFAULT 0, ALTER COLUMN credit_limit SET STATISTICS 500, SET (fillfactor = 80);
ALTER TABLE customers ALTER COLUMN city TYPE varchar(50);
ALTER TABLE customers DROP COLUMN note;
ALTER TABLE customers ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody ON customers USING (true);
COMMENT ON TABLE customers IS 'Our customers';
GRANT SELECT ON customers TO PUBLIC;
CREATE TRIGGER note BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
ALTER TABLE customers DISABLE TRIGGER note;
DROP TRIGGER note ON customers;
CLUSTER customers USING customers_pkey;
SELECT * FROM customer_workflow.verify_protection();
