-- A rejection, a request for change, a recall or a cancel of one proposal of a change set is one of all.
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

SELECT customer_workflow.submit(1);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1);
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.reject(2, 'no such street');
TABLE crm.now;
SELECT id, status FROM customer_workflow.change_sets;
SELECT proposal, kind, person, comment, details FROM customer_workflow.workflow_history WHERE kind = 'rejected' ORDER BY proposal;
SELECT count(*) FROM customer_workflow.work_items WHERE status = 'open';

-- edited where it is, and submitted again: nothing of the first round counts
SET SESSION AUTHORIZATION alice;
UPDATE addresses SET street = 'W street' WHERE id = 10;
SELECT customer_workflow.submit(3);
TABLE crm.now;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.request_change(1, 'why AG?');
TABLE crm.now;
SELECT proposal, kind, person, comment FROM customer_workflow.workflow_history WHERE kind = 'change_requested' ORDER BY proposal;
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(2);
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.approve(2);
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of('SELECT customer_workflow.recall(1)');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.recall(3, 'not yet');
TABLE crm.now;
SELECT proposal, kind, comment FROM customer_workflow.workflow_history WHERE kind = 'recalled' ORDER BY proposal;
SELECT customer_workflow.submit(3);
TABLE crm.now;
SELECT customer_workflow.cancel(1, 'they stay');
TABLE crm.now;
SELECT id, status FROM customer_workflow.change_sets;
SELECT proposal, kind, comment FROM customer_workflow.workflow_history WHERE kind = 'cancelled' ORDER BY proposal;
SELECT id, name FROM customers WHERE id = 1;
SELECT id, street FROM addresses ORDER BY id;
