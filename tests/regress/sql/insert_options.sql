-- Options on_insert, on_delete and new_records: values, who may set them, the triggers that they bring and take away.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'credit_managers');
CREATE FUNCTION pg_temp.triggers() RETURNS TABLE (name name, event text) LANGUAGE sql AS $$
    SELECT tgname, substring(pg_get_triggerdef(oid) FROM '(BEFORE|AFTER) [A-Z]+') || substring(pg_get_triggerdef(oid) FROM ' (UPDATE|INSERT|DELETE|TRUNCATE)')
      FROM pg_trigger WHERE tgrelid = 'public.customers'::regclass AND tgname ~ '_(insert|inserted|remove)$' ORDER BY 1 $$;
SELECT * FROM pg_temp.triggers();
SELECT * FROM error_of('SELECT customer_workflow.configure(''customers'', ''{"on_insert": "propose"}'')');
SELECT * FROM error_of('SELECT customer_workflow.configure(''customers'', ''{"on_delete": "held"}'')');
SELECT * FROM error_of('SELECT customer_workflow.configure(''customers'', ''{"new_records": true}'')');
SELECT customer_workflow.configure('customers', '{"on_insert": "held"}');
SELECT * FROM pg_temp.triggers();
SELECT customer_workflow.configure('customers', '{"on_insert": "draft", "on_delete": "propose"}');
SELECT * FROM pg_temp.triggers();
-- protect() takes and keeps them
SELECT customer_workflow.protect('customers', '{bank_account}');
SELECT * FROM pg_temp.triggers();
SELECT customer_workflow.unprotect('customers', '{bank_account}');
SELECT customer_workflow.protect('customers', '{bank_account}', options => '{"on_insert": null, "on_delete": "allow", "new_records": "transaction"}');
SELECT * FROM pg_temp.triggers();
SELECT customer_workflow.configure('customers', '{"new_records": null}');
SELECT * FROM pg_temp.triggers();
-- unprotect() takes them away
SELECT customer_workflow.configure('customers', '{"on_insert": "held", "on_delete": "propose"}');
INSERT INTO customers (id, name) VALUES (7, 'Delta');
SELECT field, value FROM error_of('SELECT customer_workflow.unprotect(''customers'', ''{*}'')') WHERE field IN ('sqlstate', 'message');
SELECT field, value FROM error_of('SELECT customer_workflow.unprotect(''customers'', ''{bank_account}'')') WHERE field IN ('sqlstate', 'message');
SELECT customer_workflow.unprotect('customers', '{bank_account}', cancel_open => true);
SELECT status FROM customer_workflow.proposals;
SELECT customer_workflow.unprotect('customers', '{*}', cancel_open => true);
SELECT status FROM customer_workflow.proposals;
SELECT * FROM pg_temp.triggers();
INSERT INTO customers (id, name) VALUES (8, 'Epsilon');
DELETE FROM customers WHERE id = 8;
-- Who writes approved values must be able to store and delete
RESET SESSION AUTHORIZATION;
CREATE ROLE insert_options_writer;
CREATE TABLE suppliers (id int PRIMARY KEY, iban text);
GRANT SELECT, UPDATE ON suppliers TO insert_options_writer;
SELECT customer_workflow.protect('suppliers', '{iban}', 'credit_managers', '{"apply_as": "insert_options_writer"}');
SELECT * FROM error_of('SELECT customer_workflow.configure(''suppliers'', ''{"on_insert": "held"}'')');
SELECT * FROM error_of('SELECT customer_workflow.configure(''suppliers'', ''{"on_delete": "propose"}'')');
GRANT INSERT, DELETE ON suppliers TO insert_options_writer;
SELECT customer_workflow.configure('suppliers', '{"on_insert": "held", "on_delete": "propose"}');
-- A column whose values cannot be read back cannot be held
CREATE TABLE searched (id int PRIMARY KEY, name text, words gtsvector);
ALTER TABLE searched OWNER TO erp_owner;
SELECT * FROM error_of('SELECT customer_workflow.protect(''searched'', ''{name}'', ''credit_managers'', ''{"on_insert": "held"}'')');
SELECT customer_workflow.protect('searched', '{name}', 'credit_managers', '{"on_insert": "draft"}');
-- A partition that is attached later has them, too
CREATE TABLE accounts (id int, region text, v int, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
ALTER TABLE accounts OWNER TO erp_owner;
SELECT customer_workflow.protect('accounts', '{v}', 'credit_managers', '{"on_insert": "held"}');
CREATE TABLE accounts_de PARTITION OF accounts FOR VALUES IN ('de');
INSERT INTO accounts_de VALUES (1, 'de', 1);
SELECT count(*) FROM accounts;
ALTER TABLE accounts DETACH PARTITION accounts_de;
INSERT INTO accounts_de VALUES (1, 'de', 1);
SELECT count(*) FROM accounts_de;
DROP TABLE suppliers;
DROP ROLE insert_options_writer;
