-- Design 5.1, option together: whether only protected fields of a row are held, or all of its changes.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
ALTER TABLE customers ADD label text GENERATED ALWAYS AS (name || ' in ' || city) STORED;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'credit_managers',
    '{"bookkeeping": {"version": "old.version + 1"}}');

-- fields, the default: all else is written at once
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000, city = 'Bremen', version = version + 1 WHERE id = 1 RETURNING credit_limit, city, version;

-- row: all changes of the row wait together, bookkeeping excepted
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('customers', '{"together": "row"}');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 6000, city = 'Halle', country = 'AT', version = version + 1 WHERE id = 2
    RETURNING credit_limit, city, country, version, label;
SELECT field, original_value, proposed_value FROM customer_workflow.proposed_changes WHERE proposal = 2 ORDER BY field;
-- without a protected field nothing waits
UPDATE customers SET city = 'Jena', version = version + 1 WHERE id = 3;
-- an UPDATE to the stored value touches none
UPDATE customers SET credit_limit = NULL, city = 'Gotha' WHERE id = 3;
SELECT city, credit_limit FROM customers WHERE id = 3;
-- later changes of the same row join the draft
UPDATE customers SET payment_terms = 'N60', bank_account = 'DE22' WHERE id = 2;
SELECT field, original_value, proposed_value FROM customer_workflow.proposed_changes WHERE proposal = 2 ORDER BY field;

-- they are applied together
SELECT customer_workflow.submit(2);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(2);
SELECT credit_limit, payment_terms, bank_account, country, city, label, version FROM customers WHERE id = 2;

-- and discarded together with the last protected field
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 1, city = 'Ulm' WHERE id = 2;
SELECT customer_workflow.discard_change(3, 'credit_limit');
UPDATE customers SET credit_limit = 1, city = 'Ulm' WHERE id = 2;
-- a field that only travelled along can be left out
SELECT customer_workflow.discard_change(4, 'city');
SELECT field, proposed_value FROM customer_workflow.proposed_changes WHERE proposal = 4;

-- a held field that somebody writes meanwhile is a conflict as well
UPDATE customers SET credit_limit = 2, city = 'Ulm' WHERE id = 2;
SELECT customer_workflow.submit(4);
SET SESSION AUTHORIZATION dave;
UPDATE customers SET city = 'Trier' WHERE id = 2;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(4);
\echo :SQLSTATE
