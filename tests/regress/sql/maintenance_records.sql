-- begin_maintenance(): records are created and deleted past approval too, on record, and its triggers come back.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
SET client_min_messages = warning;
CREATE TABLE accounts (id int PRIMARY KEY, iban text, city text);
INSERT INTO accounts SELECT g, 'DE' || g, 'Bonn' FROM generate_series(1, 3) AS g;
SELECT customer_workflow.protect('accounts', '{iban}', 'credit_managers', options => '{"on_insert": "held", "on_delete": "propose"}');
INSERT INTO accounts VALUES (4, 'DE4', 'Kiel');
DELETE FROM accounts WHERE id = 1;
SELECT * FROM accounts ORDER BY id;

BEGIN;
SELECT customer_workflow.begin_maintenance('{accounts}', 'merged');
INSERT INTO accounts VALUES (5, 'DE5', 'Kiel');
DELETE FROM accounts WHERE id = 2;
ALTER TABLE accounts DISABLE TRIGGER USER;
COMMIT;
SELECT * FROM accounts ORDER BY id;
SELECT record_key, field, original_value, new_value, reason FROM customer_workflow.direct_changes ORDER BY record_key;
SELECT DISTINCT tgenabled FROM pg_trigger WHERE tgrelid = 'accounts'::regclass;

INSERT INTO accounts VALUES (6, 'DE6', 'Kiel');
DELETE FROM accounts WHERE id = 3;
SELECT * FROM accounts ORDER BY id;
