-- Capture: what a session keeps in memory bears DISCARD ALL, a rolled back DROP EXTENSION, held cursors and large stored values.
\set SHOW_CONTEXT never
ALTER DATABASE regress_capture_session SET customer_workflow.notices = off;
\c -
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'credit_managers');
CREATE VIEW changes AS SELECT record_key, field, original_value, proposed_value FROM customer_workflow.proposed_changes WHERE status = 'not_submitted' ORDER BY 1, 2;

-- A pool resets its connections
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
DISCARD ALL;
UPDATE customers SET credit_limit = 6000 WHERE id = 1;
SELECT * FROM changes;

-- The extension goes in a transaction that is rolled back, and in one that is not
BEGIN;
SET client_min_messages = warning;
ALTER EVENT TRIGGER customer_workflow_drop_extension DISABLE;
DROP EXTENSION customer_workflow CASCADE;
UPDATE customers SET credit_limit = 6500 WHERE id = 1;
SELECT credit_limit FROM customers WHERE id = 1;
ROLLBACK;
UPDATE customers SET credit_limit = 7000 WHERE id = 1;
SELECT * FROM changes;
SET client_min_messages = warning;
ALTER EVENT TRIGGER customer_workflow_drop_extension DISABLE;
DROP EXTENSION customer_workflow CASCADE;
RESET client_min_messages;
UPDATE customers SET credit_limit = 1500 WHERE id = 1;
CREATE EXTENSION customer_workflow;
UPDATE customers SET credit_limit = 1600 WHERE id = 1;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
UPDATE customers SET credit_limit = 7000 WHERE id = 1;
CREATE VIEW changes AS SELECT record_key, field, original_value, proposed_value FROM customer_workflow.proposed_changes WHERE status = 'not_submitted' ORDER BY 1, 2;
SELECT * FROM changes;

-- A cursor WITH HOLD, whose query runs at COMMIT
CREATE FUNCTION set_limit(customer bigint, wish numeric) RETURNS numeric LANGUAGE sql AS $$
    UPDATE customers SET credit_limit = wish WHERE id = customer RETURNING credit_limit
$$;
BEGIN;
DECLARE c CURSOR WITH HOLD FOR SELECT set_limit(id, 8000) FROM customers ORDER BY id;
COMMIT;
SELECT * FROM changes;
FETCH ALL FROM c;
CLOSE c;

-- A stored value that is kept out of line: held back, moved to another partition and back, it stays whole
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE documents (id int, place text, body text, note text, PRIMARY KEY (id, place)) PARTITION BY LIST (place);
CREATE TABLE documents_a PARTITION OF documents FOR VALUES IN ('a');
CREATE TABLE documents_b PARTITION OF documents FOR VALUES IN ('b');
INSERT INTO documents SELECT 1, 'a', string_agg(md5(g::text), '') FROM generate_series(1, 3000) AS g;
SELECT customer_workflow.protect('documents', '{body}', 'credit_managers');
SELECT md5(body) FROM documents;
UPDATE documents SET body = repeat('x', 100000), note = 'first';
UPDATE documents SET place = 'b', body = body || 'z', note = 'second';
UPDATE documents SET place = 'a';
UPDATE documents SET body = 'short';
RESET SESSION AUTHORIZATION;
VACUUM documents_a, documents_b;
VACUUM FULL documents_a;
SELECT md5(body), length(body), note FROM documents;
SELECT md5(original_value), proposed_value FROM changes WHERE field = 'body';
