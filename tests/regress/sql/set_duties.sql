-- Promise 7: who has a part in one proposal of a change set decides none of it.
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
SELECT customer_workflow.grant_duty('customers', 'steward', 'dave');
SELECT customer_workflow.grant_duty('addresses', 'steward', 'carol');
GRANT UPDATE ON addresses TO carol;
SET SESSION AUTHORIZATION alice;
BEGIN;
SELECT customer_workflow.begin_change_set('Move of Alpha');
UPDATE customers SET name = 'Alpha AG' WHERE id = 1;
UPDATE addresses SET street = 'X street' WHERE customer_id = 1;
COMMIT;

-- dave approves addresses; as steward of customers he edits one of the set
UPDATE customers SET credit_limit = 9 WHERE id = 1;
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.discard_change(1, 'credit_limit');
SET SESSION AUTHORIZATION alice;
SELECT field, value FROM error_of('SELECT customer_workflow.submit(1)') WHERE field IN ('sqlstate', 'message', 'detail');
-- with another approver there is one who has no part
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('addresses', '{street}', 'role:credit_managers');
SET SESSION AUTHORIZATION carol;
SELECT field, value FROM error_of('SELECT customer_workflow.submit(2)') WHERE field IN ('sqlstate', 'message');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(1);
SET SESSION AUTHORIZATION dave;
SELECT count(*) FROM customer_workflow.my_work_items;
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.recall(1);
-- carol edits an address of it, and cannot approve the customer
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.discard_change(3, 'street');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(1);
SET SESSION AUTHORIZATION carol;
SELECT field, value FROM error_of('SELECT customer_workflow.approve(1)') WHERE field IN ('sqlstate', 'message');
SELECT count(*) FROM customer_workflow.my_work_items;
SET SESSION AUTHORIZATION alice;
SELECT field, value FROM error_of('SELECT customer_workflow.approve(1)') WHERE field IN ('sqlstate', 'message');
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(2);
SELECT id, name, credit_limit FROM customers WHERE id = 1;
