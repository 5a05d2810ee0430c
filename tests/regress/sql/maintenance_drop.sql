-- Schema changes under open proposals: in begin_maintenance() columns and tables are dropped, and what was proposed for them ends on record.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
SET client_min_messages = warning;
CREATE DOMAIN rate AS numeric;
CREATE TABLE accounts (id int PRIMARY KEY, amount numeric, terms text, rate rate, city text);
INSERT INTO accounts SELECT g, g, 'N30', g, 'Bonn' FROM generate_series(1, 5) AS g;
SELECT customer_workflow.protect('accounts', '{amount, terms, rate}', 'credit_managers');
UPDATE accounts SET amount = 100, terms = 'N60' WHERE id = 1;
UPDATE accounts SET terms = 'N90' WHERE id = 2;
UPDATE accounts SET amount = 300, rate = 0.5 WHERE id = 3;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals ORDER BY id;
RESET client_min_messages;

-- A column: of a proposal the rest goes back to its author, and nothing is left of one that had no other
BEGIN;
SELECT customer_workflow.begin_maintenance('{accounts}', 'terms are kept elsewhere');
ALTER TABLE accounts DROP COLUMN terms;
UPDATE accounts SET amount = 5 WHERE id = 5 RETURNING amount;
COMMIT;
SELECT id, status FROM customer_workflow.proposals ORDER BY id;
SELECT proposal, field, proposed_value, status FROM customer_workflow.proposed_changes ORDER BY proposal, field;
SELECT field FROM customer_workflow.protected_fields ORDER BY field;
SELECT proposal, kind, comment, details - 'options' AS details FROM customer_workflow.workflow_history
 WHERE kind ~ 'dropped|cancelled|maintenance' ORDER BY at;
UPDATE accounts SET amount = 6 WHERE id = 5 RETURNING amount;

-- One that goes with its type
BEGIN;
SELECT customer_workflow.begin_maintenance('{accounts}', 'no rates');
DROP DOMAIN rate CASCADE;
COMMIT;
SELECT proposal, field, proposed_value, status FROM customer_workflow.proposed_changes ORDER BY proposal, field;
SELECT field FROM customer_workflow.protected_fields ORDER BY field;

-- Dropped and made again under its name, it is protected as before; so is one whose triggers were dropped or disabled
BEGIN;
SELECT customer_workflow.begin_maintenance('{accounts}', 'anew');
ALTER TABLE accounts RENAME COLUMN amount TO old_amount;
ALTER TABLE accounts ADD COLUMN amount int;
UPDATE accounts SET amount = old_amount;
ALTER TABLE accounts DROP COLUMN amount;
ALTER TABLE accounts DROP COLUMN old_amount, ADD COLUMN old_amount int;
DROP TRIGGER "~~~customer_workflow_last" ON accounts;
ALTER TABLE accounts DISABLE TRIGGER ALL;
COMMIT;
SELECT field FROM customer_workflow.protected_fields ORDER BY field;
SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = 'accounts'::regclass AND tgname ~ 'customer_workflow' ORDER BY tgname COLLATE "C";
UPDATE accounts SET old_amount = 7, city = 'Kiel' WHERE id = 5 RETURNING old_amount;
SELECT id, status FROM customer_workflow.proposals ORDER BY id;

-- Where no protected field would be left, somebody must say so
BEGIN;
SELECT customer_workflow.begin_maintenance('{accounts}', 'all of them');
ALTER TABLE accounts DROP COLUMN old_amount;
COMMIT;
\echo :SQLSTATE
BEGIN;
SELECT customer_workflow.begin_maintenance('{accounts}', 'all of them');
ALTER TABLE accounts DROP COLUMN old_amount;
SELECT customer_workflow.unprotect('accounts', '{*}');
COMMIT;
SELECT count(*) FROM customer_workflow.protected_fields;

-- The table
SELECT customer_workflow.protect('accounts', '{city}', 'credit_managers');
SET client_min_messages = warning;
UPDATE accounts SET city = 'Ulm' WHERE id = 1;
RESET client_min_messages;
BEGIN;
SELECT customer_workflow.begin_maintenance('{accounts}', 'gone');
DROP TABLE accounts;
COMMIT;
RESET SESSION AUTHORIZATION;
SELECT id, status FROM customer_workflow.proposals WHERE id = (SELECT max(id) FROM customer_workflow.proposals);
SELECT count(*) FROM customer_workflow.maintenance;
