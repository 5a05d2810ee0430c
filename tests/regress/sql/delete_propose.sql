-- Option on_delete propose: a DELETE keeps the record, and becomes a proposal; on approval it is deleted.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'credit_managers', '{"on_delete": "propose"}');
SET SESSION AUTHORIZATION alice;
\set QUIET off
-- The application sees that no row was deleted, and none is returned
DELETE FROM customers WHERE id = 1 RETURNING id;
WITH d AS (DELETE FROM customers WHERE id = 1 RETURNING id) SELECT count(*) FROM d;
MERGE INTO customers AS c USING (VALUES (1)) AS w (id) ON w.id = c.id WHEN MATCHED THEN DELETE;
DO $$ BEGIN DELETE FROM customers WHERE id = 1; RAISE NOTICE 'found %', FOUND; END $$;
DELETE FROM customers WHERE id = 99;
\set QUIET on
SELECT id FROM customers ORDER BY id;
SELECT id, operation, record_key, status, conflict FROM customer_workflow.proposals;
SELECT field, original_value, proposed_value, current_value, conflict FROM customer_workflow.proposed_changes ORDER BY field;
SELECT relation, record_key, proposal, operation, status, author FROM customer_workflow.pending_records;
SELECT customer_workflow.is_pending('customers', '{"id": 1}');
-- Changes of the record are proposals of their own
UPDATE customers SET credit_limit = 5000, city = 'Bremen' WHERE id = 1;
SELECT id, operation, status FROM customer_workflow.proposals ORDER BY id;
-- It is decided by a second person; then the record is gone, and other proposals of it are cancelled
SELECT field, value FROM error_of('SELECT customer_workflow.discard_change(1, ''credit_limit'')') WHERE field IN ('sqlstate', 'message');
SELECT customer_workflow.submit(1);
SELECT customer_workflow.recall(1);
UPDATE customers SET payment_terms = 'N60' WHERE id = 1;
SELECT customer_workflow.submit(1);
SELECT field, value FROM error_of('SELECT customer_workflow.approve(1)') WHERE field IN ('sqlstate', 'message');
SET SESSION AUTHORIZATION bob;
SELECT subject FROM customer_workflow.my_work_items;
SELECT customer_workflow.approve(1);
SELECT id FROM customers ORDER BY id;
RESET SESSION AUTHORIZATION;
SELECT id, operation, status FROM customer_workflow.proposals ORDER BY id;
SELECT proposal, kind, person, details - 'changes' AS details FROM customer_workflow.workflow_history ORDER BY at;

-- What was changed meanwhile is a conflict, also where it has become null
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.set_data_entity('import', 'customers', '{"behavior": "allow_without_approval"}');
SET customer_workflow.notices = off;
SET SESSION AUTHORIZATION alice;
DELETE FROM customers WHERE id = 2;
SELECT customer_workflow.submit(3);
SET SESSION AUTHORIZATION import;
UPDATE customers SET credit_limit = NULL WHERE id = 2;
SET SESSION AUTHORIZATION bob;
SELECT field, value FROM error_of('SELECT customer_workflow.approve(3)') WHERE field <> 'hint';
SELECT conflict FROM customer_workflow.proposals WHERE id = 3;
SELECT field, original_value, current_value, conflict FROM customer_workflow.proposed_changes WHERE proposal = 3 ORDER BY field;
-- its author looks again; deleting it again takes what is stored now
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.rebase(3);
SELECT status, conflict FROM customer_workflow.proposals WHERE id = 3;
SET SESSION AUTHORIZATION import;
UPDATE customers SET credit_limit = 7 WHERE id = 2;
SET SESSION AUTHORIZATION alice;
DELETE FROM customers WHERE id = 2;
SELECT status, conflict FROM customer_workflow.proposals WHERE id = 3;
SELECT customer_workflow.submit(3);
SET SESSION AUTHORIZATION import;
UPDATE customers SET credit_limit = 8 WHERE id = 2;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(3, on_conflict => 'overwrite');
SELECT id FROM customers ORDER BY id;

-- The explicit way: with the number of the proposal, for applications that take a row count of 0 for an error
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.propose_delete('customers', '{"id": 3}', 'bankrupt');
SELECT customer_workflow.propose_delete('customers', '{"id": "3"}');
SELECT id, comment FROM customer_workflow.proposals WHERE record_key = '{"id": 3}';
SELECT field, value FROM error_of('SELECT customer_workflow.propose_delete(''customers'', ''{"id": 99}'')');
SET SESSION AUTHORIZATION carol;
SELECT field, value FROM error_of('SELECT customer_workflow.propose_delete(''customers'', ''{"id": 3}'')') WHERE field = 'sqlstate';
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.disable('customers');
SELECT field, value FROM error_of('SELECT customer_workflow.propose_delete(''customers'', ''{"id": 3}'')') WHERE field = 'sqlstate';
SELECT customer_workflow.enable('customers');
-- with on_record_delete restrict a deletion waits until nothing else is open
SELECT customer_workflow.configure('customers', '{"on_record_delete": "restrict"}');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 1 WHERE id = 3;
SELECT field, value FROM error_of('SELECT customer_workflow.submit(4)') WHERE field <> 'hint';
SELECT customer_workflow.cancel(5);
SELECT customer_workflow.submit(4);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(4);
SELECT id FROM customers ORDER BY id;
-- switched off again, a DELETE deletes
RESET SESSION AUTHORIZATION;
INSERT INTO customers (id, name) VALUES (4, 'Delta');
SELECT customer_workflow.configure('customers', '{"on_delete": null}');
SET SESSION AUTHORIZATION alice;
SELECT field, value FROM error_of('SELECT customer_workflow.propose_delete(''customers'', ''{"id": 4}'')');
DELETE FROM customers WHERE id = 4;
SELECT count(*) FROM customers;
