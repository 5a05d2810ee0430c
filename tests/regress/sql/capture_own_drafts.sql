-- Errors: 40001 is for real serialization failures only. What an author has proposed himself is none, however it lies about.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'credit_managers', '{"on_insert": "held", "on_delete": "propose"}');
-- His draft of a record that another has stored meanwhile: he may change that record.
SET SESSION AUTHORIZATION alice;
INSERT INTO customers (id, name, credit_limit) VALUES (50, 'Hers', 1);
SET SESSION AUTHORIZATION dave;
INSERT INTO customers (id, name, credit_limit) VALUES (50, 'His', 2);
SELECT customer_workflow.submit(2);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(2);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 9 WHERE id = 50;
UPDATE customers SET credit_limit = 10, payment_terms = 'N10' WHERE id = 50;
UPDATE customers SET payment_terms = 'N20' WHERE id = 50;
DELETE FROM customers WHERE id = 50;
SELECT * FROM customer_workflow.submit_many('{1, 3, 4}');
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(3);
SELECT credit_limit, payment_terms FROM customers WHERE id = 50;

-- One UPDATE takes back a change set by one record, and changes another field of another record of it.
SET SESSION AUTHORIZATION alice;
BEGIN;
SELECT customer_workflow.begin_change_set('two');
UPDATE customers SET credit_limit = 77 WHERE id = 1;
UPDATE customers SET credit_limit = 300 WHERE id = 2;
COMMIT;
SELECT customer_workflow.submit(5);
UPDATE customers SET credit_limit = 300, payment_terms = 'N60' WHERE id IN (1, 2);
SELECT proposal, field, proposed_value, status FROM customer_workflow.proposed_changes WHERE proposal >= 5 ORDER BY proposal, field;
SELECT customer_workflow.submit(6);
SELECT id, status FROM customer_workflow.proposals WHERE id >= 5 ORDER BY id;
