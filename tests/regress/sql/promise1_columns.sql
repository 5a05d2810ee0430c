-- Promise 1, no way around: columns of a protected table that are dropped, renamed, rewritten, added; keys that end.
\set SHOW_CONTEXT never
SET customer_workflow.notices = off;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms, bank_account}', 'credit_managers');
SET SESSION AUTHORIZATION erp_owner;

-- PostgreSQL itself refuses to drop a protected column, or to write it anew with another type
ALTER TABLE customers DROP COLUMN credit_limit;
\echo :SQLSTATE
ALTER TABLE customers ALTER COLUMN payment_terms TYPE varchar(3) USING 'N99';
\echo :SQLSTATE
-- A renamed column stays protected, columns that come and go before it as well
ALTER TABLE customers RENAME COLUMN bank_account TO iban;
ALTER TABLE customers DROP COLUMN country;
ALTER TABLE customers ADD COLUMN segment text DEFAULT 'none';
SET SESSION AUTHORIZATION alice;
UPDATE customers SET iban = 'AT01', segment = 'A' WHERE id = 1;
SELECT field, original_value, proposed_value FROM customer_workflow.proposed_changes;
SELECT iban, segment FROM customers WHERE id = 1;

-- So does a prepared statement when a field becomes protected
PREPARE set_all AS UPDATE customers SET (iban, segment, city) = ('AT02', 'B', 'Graz') WHERE id = 2;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{city}');
SET SESSION AUTHORIZATION alice;
EXECUTE set_all;
SELECT field, original_value, proposed_value FROM customer_workflow.proposed_changes WHERE record_key = '{"id": 2}' ORDER BY field;
SELECT iban, segment, city FROM customers WHERE id = 2;

-- DROP COLUMN … CASCADE takes the trigger away that lists the protected columns: then no protected field can be written at all
RESET SESSION AUTHORIZATION;
SET client_min_messages = warning;
ALTER TABLE customers DROP COLUMN credit_limit CASCADE;
RESET client_min_messages;
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of($$UPDATE customers SET iban = 'AT03' WHERE id = 1$$);
SELECT * FROM error_of($$UPDATE customers SET payment_terms = 'N60' WHERE id = 1$$);
INSERT INTO customers (id, name, iban) VALUES (1, 'Alpha', 'AT03') ON CONFLICT (id) DO UPDATE SET iban = excluded.iban;
\echo :SQLSTATE
SELECT id, payment_terms, iban, city FROM customers ORDER BY id;
-- until the owner says again what is protected
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{iban}');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET iban = 'AT04', payment_terms = 'N60' WHERE id = 1;
SELECT field, original_value, proposed_value FROM customer_workflow.proposed_changes WHERE record_key = '{"id": 1}' ORDER BY field;
SELECT iban, payment_terms FROM customers WHERE id = 1;

-- Without a primary key no record can be named
SET SESSION AUTHORIZATION erp_owner;
ALTER TABLE customers DROP CONSTRAINT customers_pkey;
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of($$UPDATE customers SET iban = 'AT05' WHERE id = 1$$);
SELECT * FROM error_of($$UPDATE customers SET segment = 'C' WHERE id = 1$$);
SELECT * FROM error_of($$DELETE FROM customers WHERE id = 3$$);
RESET SESSION AUTHORIZATION;
ALTER TABLE customers ADD PRIMARY KEY (id);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET iban = 'AT05' WHERE id = 2;
SELECT field, original_value, proposed_value FROM customer_workflow.proposed_changes WHERE record_key = '{"id": 2}' ORDER BY field;
RESET SESSION AUTHORIZATION;
