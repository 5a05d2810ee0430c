-- Promise 2, transparent: one NOTICE tells what a statement proposed; customer_workflow.notices says how much.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms, bank_account}', 'credit_managers');
INSERT INTO customers (id, name, credit_limit) SELECT g, 'Bulk ' || g, 10 FROM generate_series(101, 120) AS g;
SET SESSION AUTHORIZATION alice;

-- One record, one field; several fields
UPDATE customers SET credit_limit = 7000 WHERE id = 1;
UPDATE customers SET payment_terms = 'N60', credit_limit = 7000 WHERE id = 2;
-- The same again changes nothing, and says so by naming the proposal
UPDATE customers SET credit_limit = 7000 WHERE id = 1;
-- Many records: counted
UPDATE customers SET credit_limit = 20, bank_account = 'DE' || id WHERE id > 100;
-- None when no protected value differs, or no row is met
UPDATE customers SET credit_limit = 1000, city = 'Kiel' WHERE id = 1;
UPDATE customers SET credit_limit = 5000 WHERE id = 99;

-- One each statement: also of a function, and of several tables in one statement
RESET SESSION AUTHORIZATION;
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE suppliers (code text PRIMARY KEY, discount numeric);
INSERT INTO suppliers VALUES ('S1', 1), ('S2', 2);
SELECT customer_workflow.protect('suppliers', '{discount}', 'credit_managers');
GRANT SELECT, UPDATE ON suppliers TO alice;
SET SESSION AUTHORIZATION alice;
WITH s AS (UPDATE suppliers SET discount = 9) UPDATE customers SET credit_limit = 7100 WHERE id = 1;
CREATE FUNCTION pg_temp.twice() RETURNS void LANGUAGE sql AS $$
    UPDATE customers SET credit_limit = 7200 WHERE id = 1;
    UPDATE customers SET credit_limit = 7300 WHERE id IN (1, 2);
$$;
SELECT pg_temp.twice();

-- A change that is in a pending proposal already, beside one that needs a new proposal
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE record_key = '{"id": 2}';
UPDATE customers SET payment_terms = 'N60', bank_account = 'AT99' WHERE id = 2;
-- A pending proposal that is amended goes back, another author's is named
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE record_key = '{"id": 1}';
UPDATE customers SET credit_limit = 7400 WHERE id = 1;
SET SESSION AUTHORIZATION bob;
UPDATE customers SET credit_limit = 7500 WHERE id = 1;
UPDATE customers SET credit_limit = 7500 WHERE id < 100;

-- With values
SET customer_workflow.notices = 'values';
UPDATE customers SET credit_limit = 7600, payment_terms = NULL WHERE id = 2;
UPDATE customers SET credit_limit = 1 WHERE id = 3;
UPDATE customers SET credit_limit = 7600 WHERE id > 100;
-- … but only of fields that the caller may see
RESET SESSION AUTHORIZATION;
CREATE ROLE promise2_notices_clerk LOGIN;
GRANT SELECT (id, payment_terms), UPDATE ON customers TO promise2_notices_clerk;
SET SESSION AUTHORIZATION promise2_notices_clerk;
UPDATE customers SET credit_limit = 7700, payment_terms = 'N90' WHERE id = 2;
UPDATE customers SET credit_limit = 7800 WHERE id = 2;
-- … also when a function of the owner writes for him
SET SESSION AUTHORIZATION erp_owner;
CREATE FUNCTION crm.set_limit(customer bigint, wish numeric) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    UPDATE customers SET credit_limit = wish WHERE id = customer
$$;
SET SESSION AUTHORIZATION promise2_notices_clerk;
SELECT crm.set_limit(3, 7800);
RESET SESSION AUTHORIZATION;

-- Off
SET customer_workflow.notices = 'off';
UPDATE customers SET credit_limit = 7900 WHERE id = 1;
SET customer_workflow.notices = 'all';
\echo :SQLSTATE
SET customer_workflow.notices = 'names';
-- client_min_messages has the last word
SET client_min_messages = warning;
UPDATE customers SET credit_limit = 8000 WHERE id = 1;
RESET client_min_messages;

-- A statement that fails, or a savepoint that is rolled back, says nothing later
BEGIN;
SAVEPOINT s;
UPDATE customers SET credit_limit = 8100, name = NULL WHERE id = 1;
ROLLBACK TO s;
UPDATE customers SET city = 'Kiel' WHERE id = 1;
UPDATE customers SET credit_limit = 8200 WHERE id = 1;
COMMIT;
DROP OWNED BY promise2_notices_clerk;
DROP ROLE promise2_notices_clerk;
