-- Options new_records transaction and on_insert draft: what the transaction completes goes into its own proposal; once approved nothing more is completed.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'credit_managers', '{"on_insert": "draft", "new_records": "transaction"}');
SET SESSION AUTHORIZATION alice;
BEGIN;
INSERT INTO customers (id, name, credit_limit) VALUES (7, 'Delta', 1);
UPDATE customers SET credit_limit = 700, city = 'Kiel' WHERE id = 7 RETURNING credit_limit;
UPDATE customers SET payment_terms = 'N30' WHERE id = 7 RETURNING payment_terms;
SELECT * FROM customer_workflow.last_proposals();
COMMIT;
SELECT id, operation, status FROM customer_workflow.proposals;
SELECT field, original_value, proposed_value, current_value, conflict FROM customer_workflow.proposed_changes ORDER BY field;
-- from the next transaction on an UPDATE is diverted
UPDATE customers SET credit_limit = 800 WHERE id = 7 RETURNING credit_limit;
-- Submitted in the transaction, and completed: it goes back to its author
BEGIN;
INSERT INTO customers (id, name, credit_limit) VALUES (8, 'Epsilon', 800);
SELECT customer_workflow.submit(2);
UPDATE customers SET credit_limit = 80000 WHERE id = 8 RETURNING credit_limit;
SELECT status FROM customer_workflow.proposals WHERE id = 2;
SELECT customer_workflow.submit(2);
-- Approved in the transaction, it is not new any more
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(2);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 800000 WHERE id = 8 RETURNING credit_limit;
COMMIT;
-- An approval that is undone leaves it new
BEGIN;
INSERT INTO customers (id, name, credit_limit) VALUES (9, 'Zeta', 9);
SELECT id AS made FROM customer_workflow.proposals WHERE record_key = '{"id": 9}' \gset
SELECT customer_workflow.submit(:made);
UPDATE customers SET credit_limit = 90 WHERE id = 9 RETURNING credit_limit;
DELETE FROM customers WHERE id = 9;
SELECT status FROM customer_workflow.proposals WHERE id = :made;
COMMIT;
SELECT record_key FROM customer_workflow.pending_records;
