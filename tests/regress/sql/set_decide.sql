-- A change set is submitted together, each proposal runs in the workflow of its own table, and the last approval writes all of them.
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
SET SESSION AUTHORIZATION alice;
BEGIN;
SELECT customer_workflow.begin_change_set('Move of Alpha');
UPDATE customers SET name = 'Alpha AG' WHERE id = 1;
UPDATE addresses SET street = 'X street' WHERE customer_id = 1;
COMMIT;

-- one submit for all
SELECT customer_workflow.submit(2);
TABLE crm.now;
-- who approves one answers all that waits for him, and what is finished waits for the others
SET SESSION AUTHORIZATION dave;
SELECT proposal, allowed_actions FROM customer_workflow.my_work_items ORDER BY proposal;
SELECT customer_workflow.approve(1, 'addresses are right');
TABLE crm.now;
SELECT * FROM error_of('SELECT customer_workflow.approve(2)');
SELECT id, name FROM customers WHERE id = 1;
SELECT id, street FROM addresses ORDER BY id;
SELECT id, status FROM customer_workflow.change_sets;
-- nobody carries a customer's name through the workflow of the addresses
SELECT DISTINCT proposal, kind, person FROM customer_workflow.workflow_history WHERE kind = 'approved' ORDER BY proposal;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(3);
TABLE crm.now;
SELECT id, name FROM customers WHERE id = 1;
SELECT id, street FROM addresses ORDER BY id;
SELECT proposal, kind, person, comment FROM customer_workflow.workflow_history WHERE kind IN ('submitted', 'approved', 'applied') ORDER BY proposal, at;
SELECT id, status FROM customer_workflow.change_sets;
SELECT * FROM error_of('SELECT customer_workflow.approve(2)');

-- submit takes all or none: a table without workflow, an invalid value
SET SESSION AUTHORIZATION alice;
BEGIN;
SELECT customer_workflow.begin_change_set('Refused');
UPDATE customers SET name = 'Beta AG' WHERE id = 2;
UPDATE addresses SET street = '' WHERE id = 20;
COMMIT;
SELECT field, value FROM error_of('SELECT customer_workflow.submit(4)') WHERE field IN ('sqlstate', 'constraint', 'table');
SELECT id, status FROM customer_workflow.proposals WHERE id > 3 ORDER BY id;
UPDATE addresses SET street = 'Z street' WHERE id = 20;
RESET SESSION AUTHORIZATION;
UPDATE customer_workflow.protected_table SET approvers = NULL WHERE relation = 'addresses'::regclass;
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of('SELECT customer_workflow.submit(4)');
SELECT id, status FROM customer_workflow.proposals WHERE id > 3 ORDER BY id;

-- a set of one is fine
BEGIN;
SELECT customer_workflow.begin_change_set('Alone');
UPDATE customers SET credit_limit = 3 WHERE id = 3;
COMMIT;
SELECT customer_workflow.submit(6);
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.approve(6);
