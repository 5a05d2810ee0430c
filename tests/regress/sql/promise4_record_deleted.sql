-- Promise 4, option on_record_delete: a change that was proposed for a deleted record is never written to the one that takes its key.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals ORDER BY id;

-- cancel, the default: the proposals go with their records, also when a record of the same key and value comes at once.
BEGIN;
DELETE FROM customers WHERE id = 1;
INSERT INTO customers (id, name, credit_limit) VALUES (1, 'Alpha II', 1000.00);
COMMIT;
SELECT record_key, status FROM customer_workflow.proposals ORDER BY id;
SET SESSION AUTHORIZATION bob;
SELECT field, value FROM customer_workflow.proposals AS p CROSS JOIN LATERAL error_of(format('SELECT customer_workflow.approve(%s)', p.id)) WHERE p.record_key = '{"id": 1}';
RESET SESSION AUTHORIZATION;
SELECT kind, person, details FROM customer_workflow.workflow_history WHERE proposal = (SELECT id FROM customer_workflow.proposals WHERE record_key = '{"id": 1}') ORDER BY at;

-- A DELETE that is rolled back deletes nothing and cancels nothing.
SET SESSION AUTHORIZATION alice;
BEGIN;
DELETE FROM customers WHERE id = 2;
ROLLBACK;
SELECT record_key, status FROM customer_workflow.proposals ORDER BY id;

-- restrict: the record stays as long as somebody wants to change it.
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.configure('customers', '{"on_record_delete": "restrict"}');
SELECT * FROM error_of('DELETE FROM customers WHERE id = 2');
SELECT * FROM error_of('TRUNCATE customers');
DELETE FROM customers WHERE id = 1;
SELECT customer_workflow.configure('customers', '{"on_record_delete": "cancel"}');
TRUNCATE customers;
SELECT record_key, status FROM customer_workflow.proposals ORDER BY id;

-- A record that was deleted past all triggers and is back with another value
INSERT INTO customers (id, name, credit_limit) VALUES (4, 'Delta', 10);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 20 WHERE id = 4;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE record_key = '{"id": 4}';
RESET SESSION AUTHORIZATION;
SET session_replication_role = replica;
DELETE FROM customers;
INSERT INTO customers (id, name, credit_limit) VALUES (4, 'Delta II', 11);
RESET session_replication_role;
SET SESSION AUTHORIZATION bob;
SELECT field, value FROM customer_workflow.my_work_items AS w CROSS JOIN LATERAL error_of(format('SELECT customer_workflow.approve(%s)', w.proposal));
