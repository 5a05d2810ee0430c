-- Promises 4 and 5: what moved in one proposal of a change set stops all of it; it is written as a whole or not at all.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE TABLE addresses (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers, street text CHECK (street <> ''), note text);
ALTER TABLE addresses OWNER TO erp_owner;
GRANT SELECT, UPDATE, DELETE ON addresses TO alice, bob, dave;
INSERT INTO addresses VALUES (10, 1, 'A street'), (11, 1, 'B street'), (20, 2, 'C street');
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{name, credit_limit, payment_terms}', 'credit_managers');
SELECT customer_workflow.protect('addresses', '{street}', 'role:dave');
CREATE VIEW crm.now AS SELECT p.id, p.relation, p.status, p.waiting_on FROM customer_workflow.proposals AS p ORDER BY p.id;
GRANT SELECT ON crm.now TO PUBLIC;
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.set_data_entity('erp', options => '{"behavior": "allow_without_approval"}');
GRANT UPDATE ON addresses TO erp;
GRANT SELECT ON addresses TO erp;
SET SESSION AUTHORIZATION alice;
BEGIN;
SELECT customer_workflow.begin_change_set('Move of Alpha');
UPDATE customers SET name = 'Alpha AG' WHERE id = 1;
UPDATE addresses SET street = 'X street' WHERE customer_id = 1;
COMMIT;

SELECT customer_workflow.submit(1);
SET SESSION AUTHORIZATION erp;
UPDATE addresses SET street = 'moved street' WHERE id = 10;
-- also the first of several approvals passes over nothing
SET SESSION AUTHORIZATION bob;
SELECT field, value FROM error_of('SELECT customer_workflow.approve(1)') WHERE field IN ('sqlstate', 'message', 'detail');
TABLE crm.now;
SELECT customer_workflow.approve(1, on_conflict => 'overwrite');
SET SESSION AUTHORIZATION dave;
SELECT field, value FROM error_of('SELECT customer_workflow.approve(2)') WHERE field IN ('sqlstate', 'message');
SELECT customer_workflow.approve(2, on_conflict => 'overwrite');
SELECT id, name FROM customers WHERE id = 1;
SELECT id, street FROM addresses ORDER BY id;
SELECT proposal, details FROM customer_workflow.workflow_history WHERE kind = 'applied' ORDER BY proposal;

-- a value that is refused when it is written
SET SESSION AUTHORIZATION alice;
BEGIN;
SELECT customer_workflow.begin_change_set('Beta');
UPDATE customers SET name = 'Beta AG' WHERE id = 2;
UPDATE addresses SET street = 'late street' WHERE id = 20;
COMMIT;
SELECT customer_workflow.submit(4);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(4);
SET SESSION AUTHORIZATION erp_owner;
ALTER TABLE addresses ADD CONSTRAINT no_late CHECK (street <> 'late street');
SET SESSION AUTHORIZATION dave;
SELECT field, value FROM error_of('SELECT customer_workflow.approve(5)') WHERE field IN ('sqlstate', 'constraint', 'table');
SELECT * FROM customer_workflow.approve_many('{5}');
SELECT id, status FROM customer_workflow.proposals WHERE id > 3 ORDER BY id;
SELECT id, name FROM customers WHERE id = 2;
-- whether it would apply now is asked of the whole
SET SESSION AUTHORIZATION alice;
SELECT * FROM customer_workflow.check_proposal(4);
-- approvals that are switched off for one table stop the set
SET SESSION AUTHORIZATION erp_owner;
ALTER TABLE addresses DROP CONSTRAINT no_late;
SELECT customer_workflow.disable('customers');
SET SESSION AUTHORIZATION dave;
SELECT * FROM error_of('SELECT customer_workflow.approve(5)');
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.enable('customers');
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.approve(5);
SELECT id, name FROM customers WHERE id = 2;
