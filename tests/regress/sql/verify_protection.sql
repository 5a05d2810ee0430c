-- verify_protection() finds whatever is missing from the protection of a table, one row a problem; repair_protection() makes it whole.
\set SHOW_CONTEXT never
\pset format unaligned
GRANT CREATE ON SCHEMA public TO erp_owner;
CREATE ROLE verify_protection_monitor LOGIN;
GRANT pg_monitor TO verify_protection_monitor;
CREATE FUNCTION public.nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE stock (id int, region text, amount numeric, place text, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE stock_eu PARTITION OF stock FOR VALUES IN ('eu');
CREATE TABLE stock_us PARTITION OF stock FOR VALUES IN ('us');
SET client_min_messages = warning;
SELECT customer_workflow.protect('stock', '{amount, place}', 'credit_managers',
    '{"on_insert": "held", "on_delete": "propose", "scope": "new.amount > 10", "new_records": "transaction"}');
SELECT customer_workflow.protect('customers', '{credit_limit, bank_account}', 'credit_managers', '{"record_label": "city"}');
RESET client_min_messages;
-- Whole
SELECT * FROM customer_workflow.verify_protection();
SELECT * FROM customer_workflow.repair_protection();

-- Triggers
RESET SESSION AUTHORIZATION;
BEGIN;
DROP TRIGGER "!customer_workflow_first" ON stock;
DROP TRIGGER "~~~customer_workflow_truncate" ON stock_us;
DROP TRIGGER "~~~customer_workflow_scope" ON stock;
DROP TRIGGER "!customer_workflow_remove" ON stock;
ALTER TABLE stock_eu DISABLE TRIGGER "~~~customer_workflow_last";
ALTER TABLE customers ENABLE REPLICA TRIGGER "!customer_workflow_first";
ALTER TABLE customers ENABLE ALWAYS TRIGGER "!customer_workflow_delete";
ALTER TRIGGER "~~~customer_workflow_last" ON customers RENAME TO late;
CREATE TRIGGER "~~~customer_workflow_last" BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION nothing();
CREATE TRIGGER "~~~~" BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION nothing();
CREATE TRIGGER "~~~customer_workflow_jump" BEFORE INSERT ON stock_us FOR EACH ROW EXECUTE FUNCTION nothing();
SELECT * FROM customer_workflow.verify_protection();
-- An administrator repairs his table, and no other
SELECT customer_workflow.grant_duty('customers', 'administrator', 'dave');
SET SESSION AUTHORIZATION dave;
SELECT * FROM customer_workflow.verify_protection();
SELECT * FROM customer_workflow.repair_protection();
SET SESSION AUTHORIZATION verify_protection_monitor;
SELECT count(*) FROM customer_workflow.verify_protection();
SELECT * FROM customer_workflow.repair_protection();
RESET SESSION AUTHORIZATION;
SELECT * FROM customer_workflow.repair_protection();
SELECT * FROM customer_workflow.verify_protection();
SELECT relation, field FROM customer_workflow.protected_fields ORDER BY 1, 2;
SELECT person, details FROM customer_workflow.workflow_history WHERE kind = 'protection_repaired' ORDER BY at;
-- What came back works
INSERT INTO stock VALUES (1, 'us', 100, 'a');
UPDATE customers SET credit_limit = 5 WHERE id = 1 RETURNING credit_limit;
ROLLBACK;

-- The list of fields; never does a repair protect less
BEGIN;
CREATE OR REPLACE TRIGGER "!customer_workflow_first" BEFORE UPDATE OF bank_account, city ON customers FOR EACH ROW EXECUTE FUNCTION customer_workflow.capture_first();
SELECT * FROM customer_workflow.verify_protection();
SELECT * FROM customer_workflow.repair_protection();
SELECT field FROM customer_workflow.protected_fields WHERE relation = 'customers'::regclass ORDER BY 1;
ROLLBACK;

-- A field that was renamed or dropped is followed
SET client_min_messages = warning;
BEGIN;
ALTER TABLE customers RENAME bank_account TO iban;
ALTER TABLE customers DROP COLUMN credit_limit CASCADE;
SELECT problem, detail FROM customer_workflow.verify_protection();
SELECT problem, outcome FROM customer_workflow.repair_protection();
SELECT field FROM customer_workflow.protected_fields WHERE relation = 'customers'::regclass;
ROLLBACK;
RESET client_min_messages;

-- What a repair cannot know: rules, foreign keys, options, the key
BEGIN;
CREATE RULE none AS ON UPDATE TO stock_eu DO INSTEAD NOTHING;
CREATE TABLE banks (account text PRIMARY KEY);
ALTER TABLE customers DROP COLUMN city;
ALTER TABLE stock DROP CONSTRAINT stock_pkey;
ALTER TABLE customers OWNER TO dave;
UPDATE customer_workflow.protected_table SET owner = 'erp_owner' WHERE relation = 'customers'::regclass;
SELECT * FROM customer_workflow.verify_protection();
SELECT problem, outcome FROM customer_workflow.repair_protection();
ROLLBACK;

-- What is not of one table
BEGIN;
ALTER EVENT TRIGGER customer_workflow_acting_check DISABLE;
ALTER EVENT TRIGGER customer_workflow_drop ENABLE REPLICA;
ALTER TABLE customer_workflow.history DISABLE TRIGGER append_only;
DROP TRIGGER append_only ON customer_workflow.direct_change;
ALTER ROLE dave SET session_replication_role = replica;
SET LOCAL session_replication_role = replica;
CREATE TABLE copied (LIKE customers);
CREATE TRIGGER "!customer_workflow_first" BEFORE UPDATE OF city ON copied FOR EACH ROW EXECUTE FUNCTION customer_workflow.capture_first();
SELECT * FROM customer_workflow.verify_protection();
SET LOCAL session_replication_role = origin;
SELECT * FROM customer_workflow.repair_protection();
SELECT evtname, evtenabled FROM pg_event_trigger WHERE evtenabled <> 'O';
DELETE FROM customer_workflow.history;
ROLLBACK;

-- Who sees nothing of these tables sees no problem of them
BEGIN;
ALTER TABLE customers DISABLE TRIGGER USER;
SET SESSION AUTHORIZATION alice;
SELECT * FROM customer_workflow.verify_protection();
SELECT * FROM customer_workflow.repair_protection();
ROLLBACK;
DROP OWNED BY verify_protection_monitor;
DROP ROLE verify_protection_monitor;
