-- begin_maintenance(): a change set of which one proposal is converted to another type goes back to its author as a whole.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE TABLE addresses (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers, street text, number text);
ALTER TABLE addresses OWNER TO erp_owner;
GRANT SELECT, UPDATE ON addresses TO alice;
INSERT INTO addresses VALUES (10, 1, 'A street', '007');
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{name}', 'credit_managers');
SELECT customer_workflow.protect('addresses', '{street, number}', 'role:dave');
SET SESSION AUTHORIZATION alice;
BEGIN;
SELECT customer_workflow.begin_change_set('Move');
UPDATE customers SET name = 'Alpha AG' WHERE id = 1;
UPDATE addresses SET number = '010' WHERE id = 10;
COMMIT;
SELECT customer_workflow.submit(1);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1);
SET SESSION AUTHORIZATION erp_owner;
BEGIN;
SELECT customer_workflow.begin_maintenance('{addresses}', 'house numbers are numbers');
ALTER TABLE addresses ALTER number TYPE integer USING number::integer;
COMMIT;
SELECT id, relation, status, waiting_on FROM customer_workflow.proposals ORDER BY id;
SELECT proposal, kind, details ->> 'reason' AS reason FROM customer_workflow.workflow_history WHERE proposal = 1 AND kind = 'recalled';
SET SESSION AUTHORIZATION dave;
SELECT field, value FROM error_of('SELECT customer_workflow.approve(2)') WHERE field IN ('sqlstate', 'message');
-- what bob has approved has to be seen again
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(1);
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.approve(2);
SELECT id, relation, status, waiting_on FROM customer_workflow.proposals ORDER BY id;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1);
SET SESSION AUTHORIZATION erp_owner;
SELECT c.name, a.number FROM customers AS c JOIN addresses AS a ON a.customer_id = c.id;
