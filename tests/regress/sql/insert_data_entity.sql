-- Options on_insert and on_delete: data entity behaviors hold for creating and deleting records, too.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers', '{"on_insert": "held", "on_delete": "propose"}');
SELECT customer_workflow.set_data_entity('import', 'customers', '{"behavior": "reject_changes", "fields": {"credit_limit": "allow_without_approval"}}');
SET SESSION AUTHORIZATION import;
\set QUIET off
-- reject_changes; what a behavior says of single fields is not about records
SELECT * FROM error_of('INSERT INTO customers (id, name) VALUES (7, ''Delta'')');
SELECT * FROM error_of('DELETE FROM customers WHERE id = 1');
INSERT INTO customers (id, name, credit_limit) VALUES (1, 'Alpha', 1100) ON CONFLICT (id) DO UPDATE SET credit_limit = excluded.credit_limit RETURNING credit_limit;
-- allow_without_approval: recorded as direct changes
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.set_data_entity('import', 'customers', '{"behavior": "allow_without_approval"}');
SET SESSION AUTHORIZATION import;
INSERT INTO customers (id, name, credit_limit) VALUES (8, 'Epsilon', 800) RETURNING id;
INSERT INTO customers (id, name, credit_limit) VALUES (1, 'Alpha', 1200), (9, 'Zeta', NULL) ON CONFLICT (id) DO UPDATE SET credit_limit = excluded.credit_limit;
DELETE FROM customers WHERE id = 2;
RESET SESSION AUTHORIZATION;
SELECT record_key, field, original_value, new_value, person, reason FROM customer_workflow.direct_changes ORDER BY at;
-- but what it says to propose is proposed
SET SESSION AUTHORIZATION import;
SELECT customer_workflow.propose_delete('customers', '{"id": 8}');
-- ignore_changes: dropped, and counted
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.set_data_entity('import', 'customers', '{"behavior": "ignore_changes"}');
SET SESSION AUTHORIZATION import;
INSERT INTO customers (id, name) VALUES (10, 'Eta'), (11, 'Theta');
DELETE FROM customers WHERE id IN (1, 3);
-- create_change_proposals: they submit themselves
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.set_data_entity('import', 'customers', '{"behavior": "create_change_proposals"}');
SET SESSION AUTHORIZATION import;
INSERT INTO customers (id, name) VALUES (12, 'Iota');
DELETE FROM customers WHERE id = 3;
\set QUIET on
SELECT id, operation, record_key, status, source FROM customer_workflow.proposals ORDER BY id;
-- a nightly import that runs again
INSERT INTO customers (id, name) VALUES (12, 'Iota');
SELECT count(*) FROM customer_workflow.proposals;
RESET SESSION AUTHORIZATION;
SELECT id FROM customers ORDER BY id;
-- The same for drafts
SELECT customer_workflow.configure('customers', '{"on_insert": "draft"}');
SET SESSION AUTHORIZATION import;
INSERT INTO customers (id, name) VALUES (13, 'Kappa');
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.set_data_entity('import', 'customers', '{"behavior": "reject_changes"}');
SET SESSION AUTHORIZATION import;
SELECT field, value FROM error_of('INSERT INTO customers (id, name) VALUES (14, ''Lambda'')') WHERE field = 'sqlstate';
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.set_data_entity('import', 'customers', '{"behavior": "ignore_changes"}');
SET SESSION AUTHORIZATION import;
INSERT INTO customers (id, name) VALUES (14, 'Lambda');
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.set_data_entity('import', 'customers', '{"behavior": "allow_without_approval"}');
SET SESSION AUTHORIZATION import;
INSERT INTO customers (id, name) VALUES (15, 'My');
RESET SESSION AUTHORIZATION;
SELECT record_key, operation, status FROM customer_workflow.pending_records ORDER BY proposal;
SELECT id FROM customers ORDER BY id;
-- An application that must name the person
SELECT customer_workflow.set_application_role('erp');
SET SESSION AUTHORIZATION erp;
SELECT field, value FROM error_of('INSERT INTO customers (id, name) VALUES (20, ''Pi'')') WHERE field <> 'hint';
SELECT field, value FROM error_of('DELETE FROM customers WHERE id = 1') WHERE field <> 'hint';
BEGIN;
SELECT customer_workflow.act_as('maria');
INSERT INTO customers (id, name) VALUES (20, 'Pi');
DELETE FROM customers WHERE id = 1;
COMMIT;
