-- Option part_of: discarding, cancelling and deleting of a record and its parts.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE TABLE bank_accounts (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers, iban text CHECK (iban <> ''), note text);
ALTER TABLE bank_accounts OWNER TO erp_owner;
GRANT SELECT, UPDATE, DELETE ON bank_accounts TO alice, bob, dave, erp;
INSERT INTO bank_accounts VALUES (100, 1, 'DE100'), (101, 1, 'DE101'), (200, 2, 'DE200'), (900, NULL, 'DE900');
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{name, credit_limit, payment_terms}', 'credit_managers');
SELECT customer_workflow.protect('bank_accounts', '{iban, customer_id}', options => '{"part_of": {"relation": "customers", "by": ["customer_id"]}}');
CREATE VIEW crm.now AS SELECT p.id, p.relation, p.record_key, p.status, p.waiting_on FROM customer_workflow.proposals AS p ORDER BY p.id;
GRANT SELECT ON crm.now TO PUBLIC;
SET SESSION AUTHORIZATION alice;
-- the last part takes the parent along that was made for it
UPDATE bank_accounts SET iban = 'DE1' WHERE id IN (100, 101);
SELECT customer_workflow.submit(1);
SELECT customer_workflow.discard_change(1, 'iban');
TABLE crm.now;
SELECT customer_workflow.discard_change(2, 'iban');
TABLE crm.now;
-- a parent with nothing of its own left goes on for its parts
UPDATE bank_accounts SET iban = 'DE1' WHERE id = 100;
UPDATE customers SET name = 'Alpha AG' WHERE id = 1;
SELECT customer_workflow.submit(5);
SELECT customer_workflow.discard_change(5, 'name');
SELECT id, relation, status, conflict FROM customer_workflow.proposals WHERE id > 3 ORDER BY id;
SELECT customer_workflow.submit(5);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(5);
SELECT id, iban FROM bank_accounts ORDER BY id;

-- the whole goes with the parent record
SET SESSION AUTHORIZATION alice;
UPDATE bank_accounts SET iban = 'DE2' WHERE id = 200;
SELECT customer_workflow.submit(6);
SET SESSION AUTHORIZATION erp_owner;
BEGIN;
DELETE FROM bank_accounts WHERE customer_id = 2;
DELETE FROM customers WHERE id = 2;
COMMIT;
SELECT id, relation, status FROM customer_workflow.proposals WHERE id > 5 ORDER BY id;
SELECT proposal, kind, details FROM customer_workflow.workflow_history WHERE proposal > 5 AND kind IN ('record_deleted', 'cancelled', 'recalled') ORDER BY proposal, at;

-- a conflict in a part stops the parent
SET SESSION AUTHORIZATION alice;
UPDATE bank_accounts SET iban = 'DE3' WHERE id = 101;
UPDATE customers SET credit_limit = 77 WHERE id = 1;
SELECT customer_workflow.submit(8);
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.set_data_entity('erp', options => '{"behavior": "allow_without_approval"}');
SET SESSION AUTHORIZATION erp;
UPDATE bank_accounts SET iban = 'DE moved' WHERE id = 101;
SET SESSION AUTHORIZATION bob;
SELECT field, value FROM error_of('SELECT customer_workflow.approve(9)') WHERE field IN ('sqlstate', 'message');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.rebase(9);
SELECT customer_workflow.submit(9);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(9);
SELECT id, iban FROM bank_accounts ORDER BY id;
SELECT id, credit_limit FROM customers WHERE id = 1;
