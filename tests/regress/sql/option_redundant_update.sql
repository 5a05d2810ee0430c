-- Design 5.1, option redundant_update: whether a row of which only protected fields were touched is still updated in place.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'credit_managers');
SELECT customer_workflow.set_data_entity('import', 'customers');
SELECT ctid AS before FROM customers WHERE id = 1 \gset

-- write, the default: the row count holds
SET SESSION AUTHORIZATION import;
UPDATE customers SET credit_limit = 5000 WHERE id = 1 RETURNING id, credit_limit;
\echo :ROW_COUNT
SELECT ctid = :'before' AS same_row FROM customers WHERE id = 1;

-- skip: no new version of the row, row count 0, nothing returned; the change is proposed all the same
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('customers', '{"redundant_update": "skip"}');
SELECT ctid AS before FROM customers WHERE id = 2 \gset
SET SESSION AUTHORIZATION import;
UPDATE customers SET credit_limit = 5000 WHERE id = 2 RETURNING id, credit_limit;
\echo :ROW_COUNT
SELECT ctid = :'before' AS same_row FROM customers WHERE id = 2;
SELECT record_key, field, proposed_value, status FROM customer_workflow.proposed_changes ORDER BY proposal, field;
-- the same row again, the same file again
UPDATE customers SET credit_limit = 5000, payment_terms = 'N60' WHERE id = 2;
\echo :ROW_COUNT
UPDATE customers SET credit_limit = 5000, payment_terms = 'N60' WHERE id = 2;
\echo :ROW_COUNT
SELECT ctid = :'before' AS same_row FROM customers WHERE id = 2;
-- with other fields there is something to write
UPDATE customers SET credit_limit = 5000, city = 'Bremen' WHERE id IN (2, 3);
\echo :ROW_COUNT
UPDATE customers SET credit_limit = 6000, city = 'Bremen' WHERE id IN (2, 3);
\echo :ROW_COUNT
-- a statement that proposes nothing is an ordinary UPDATE
UPDATE customers SET city = city WHERE id = 2;
\echo :ROW_COUNT
-- an upsert
INSERT INTO customers (id, name, credit_limit) VALUES (2, 'Beta', 7000) ON CONFLICT (id) DO UPDATE SET credit_limit = excluded.credit_limit;
\echo :ROW_COUNT

-- people at a screen need their row counts: it is for data entities only
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 8000 WHERE id = 2 RETURNING id, credit_limit;
\echo :ROW_COUNT

-- what is set for the data entity comes before the table's option
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.set_data_entity('import', 'customers', '{"redundant_update": "write"}');
SET SESSION AUTHORIZATION import;
UPDATE customers SET credit_limit = 5001 WHERE id = 2;
\echo :ROW_COUNT
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('customers', '{"redundant_update": "write"}');
SELECT customer_workflow.set_data_entity('import', 'customers', '{"redundant_update": "skip", "behavior": "ignore_changes"}');
SELECT ctid AS before FROM customers WHERE id = 2 \gset
-- dropped changes are as redundant as held ones
SET SESSION AUTHORIZATION import;
UPDATE customers SET credit_limit = 5002 WHERE id = 2;
\echo :ROW_COUNT
SELECT ctid = :'before' AS same_row FROM customers WHERE id = 2;

-- bookkeeping never counts as a change
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('customers', '{"bookkeeping": {"version": "old.version + 1", "updated_at": "now()"}}');
SELECT customer_workflow.set_data_entity('import', 'customers', '{"redundant_update": "skip"}');
SET SESSION AUTHORIZATION import;
UPDATE customers SET credit_limit = 5003, version = version + 1, updated_at = now() WHERE id = 2;
\echo :ROW_COUNT
SELECT ctid = :'before' AS same_row FROM customers WHERE id = 2;
