-- Option on_insert held: an INSERT stores nothing, and becomes a proposal to create the record; on approval it is stored exactly so.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'credit_managers', '{"on_insert": "held"}');
SET SESSION AUTHORIZATION alice;
\set QUIET off
-- The application sees that no row was inserted, and none is returned
INSERT INTO customers (id, name, credit_limit) VALUES (7, 'Delta', 700) RETURNING id;
\set QUIET on
SELECT count(*) FROM customers WHERE id = 7;

-- The proposal has every column, with its default
SELECT id, operation, record_key, status, author, conflict FROM customer_workflow.proposals;
SELECT field, original_value, proposed_value, current_value, conflict, operation FROM customer_workflow.proposed_changes ORDER BY field;
SELECT * FROM customer_workflow.pending_records WHERE created_at IS NOT NULL \gset pending_
\echo :pending_relation :pending_record_key :pending_proposal :pending_operation :pending_status :pending_author
SELECT customer_workflow.is_pending('customers', '{"id": 7}');
SELECT r -> 'operation' AS operation, r -> 'allowed_actions' AS actions, r -> 'problems' AS problems FROM customer_workflow.review(1) AS r;

-- It is decided as a whole, by a second person
SELECT * FROM error_of('SELECT customer_workflow.discard_change(1, ''city'')');
SELECT customer_workflow.submit(1, 'a new customer');
SELECT * FROM error_of('SELECT customer_workflow.approve(1)');
SET SESSION AUTHORIZATION bob;
SELECT subject FROM customer_workflow.my_work_items;
SELECT customer_workflow.approve(1);
SELECT id, name, country, credit_limit, payment_terms, city, version FROM customers WHERE id = 7;
SELECT status, conflict FROM customer_workflow.proposals;
SELECT * FROM customer_workflow.pending_records;
SELECT kind, person, details - 'changes' AS details FROM customer_workflow.workflow_history ORDER BY at;
-- from then on it is a record like any other
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 800 WHERE id = 7 RETURNING credit_limit;

-- Rejected, edited by inserting it again, submitted again
INSERT INTO customers (id, name, credit_limit) VALUES (8, 'Epsilon', -1);
SELECT * FROM error_of('SELECT customer_workflow.submit(3)') WHERE field <> 'detail';
SELECT * FROM customer_workflow.check_proposal(3);
INSERT INTO customers (id, name, credit_limit) VALUES (8, 'Epsilon', 10);
SELECT customer_workflow.submit(3);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.reject(3, 'too little');
SET SESSION AUTHORIZATION alice;
INSERT INTO customers (id, name, credit_limit) VALUES (8, 'Epsilon', 20);
SELECT id, status FROM customer_workflow.proposals WHERE record_key = '{"id": 8}';
SELECT customer_workflow.submit(3);
-- and while it is pending: it goes back to its author
INSERT INTO customers (id, name, credit_limit) VALUES (8, 'Epsilon', 30);
SELECT id, status FROM customer_workflow.proposals WHERE record_key = '{"id": 8}';
SELECT customer_workflow.cancel(3);
SELECT count(*) FROM customers WHERE id = 8;

-- Nobody's row is stored while it is only proposed, also not the table owner's or a superuser's
SET SESSION AUTHORIZATION erp_owner;
INSERT INTO customers (id, name) VALUES (9, 'Zeta');
RESET SESSION AUTHORIZATION;
INSERT INTO customers (id, name) VALUES (10, 'Eta');
SELECT count(*) FROM customers WHERE id > 8;
-- Several at once: one NOTICE
INSERT INTO customers (id, name) SELECT g, 'C' || g FROM generate_series(11, 13) AS g;
-- What cannot be stored at all fails as it does without this extension
SELECT * FROM error_of('INSERT INTO customers (name) VALUES (''nobody'')') WHERE field <> 'detail';
-- Switched off, it stores, and is recorded
SELECT customer_workflow.disable('customers', 'migration');
INSERT INTO customers (id, name, credit_limit) VALUES (14, 'Theta', 1);
SELECT record_key, field, original_value, new_value, reason FROM customer_workflow.direct_changes ORDER BY field;
