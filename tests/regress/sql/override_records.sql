-- override_apply() of proposals that create or delete records, and of whole change sets, each with its review
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE ROLE override4_er LOGIN;
CREATE TABLE addresses (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers, street text, note text);
ALTER TABLE addresses OWNER TO erp_owner;
GRANT SELECT, INSERT, UPDATE, DELETE ON addresses TO alice, bob;
INSERT INTO addresses VALUES (10, 1, 'A street', 'a'), (11, 1, 'B street', 'b');
CREATE FUNCTION crm.reviews() RETURNS TABLE (item bigint, prop bigint, assignee text, status text) LANGUAGE sql SECURITY DEFINER AS
    $$SELECT w.id, w.proposal, w.assignee, w.status FROM customer_workflow.work_item AS w WHERE w.at = 'override' ORDER BY w.id$$;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{name, credit_limit}', 'credit_managers', '{"on_insert": "held", "on_delete": "propose"}');
SELECT customer_workflow.protect('addresses', '{street}', 'role:dave', '{"on_insert": "draft", "on_delete": "propose"}');
SELECT customer_workflow.grant_duty('customers', 'override', 'override4_er');
SET client_min_messages = notice;

-- a held record, and a deletion
SET SESSION AUTHORIZATION alice;
INSERT INTO customers (id, name, credit_limit) VALUES (7, 'Night', 70);
DELETE FROM customers WHERE id = 2;
SELECT customer_workflow.submit(2);
SET SESSION AUTHORIZATION override4_er;
SELECT customer_workflow.override_apply(1, 'Ship is waiting');
SELECT customer_workflow.override_apply(2, 'They asked for it');
RESET SESSION AUTHORIZATION;
SELECT id, name, credit_limit FROM customers WHERE id IN (2, 7);
SELECT record_key, field, original_value, new_value, reason FROM customer_workflow.direct_changes ORDER BY record_key, field;
SELECT proposal, details - 'changes' AS details FROM customer_workflow.workflow_history WHERE kind = 'override_applied' ORDER BY proposal;
SELECT * FROM crm.reviews();
-- what was overridden can be reverted, through approval
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.revert(2);
SELECT customer_workflow.cancel(3);
-- the record that a held one would be is there by now
SET SESSION AUTHORIZATION alice;
INSERT INTO customers (id, name) VALUES (8, 'Eight');
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.disable('customers');
INSERT INTO customers (id, name) VALUES (8, 'Another');
SELECT customer_workflow.enable('customers');
SET SESSION AUTHORIZATION override4_er;
SELECT * FROM error_of($$SELECT customer_workflow.override_apply(4, 'Emergency')$$);

-- a change set takes the duty for all of its tables
SET SESSION AUTHORIZATION alice;
BEGIN;
SELECT customer_workflow.begin_change_set('Move of Alpha');
UPDATE customers SET name = 'Alpha AG', credit_limit = 1 WHERE id = 1;
UPDATE addresses SET street = 'X street' WHERE id = 10;
DELETE FROM addresses WHERE id = 11;
INSERT INTO addresses VALUES (12, 1, 'N street', 'n');
COMMIT;
SET SESSION AUTHORIZATION override4_er;
SELECT * FROM error_of($$SELECT customer_workflow.override_apply(5, 'Emergency')$$);
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.grant_duty('addresses', 'override', 'override4_er');
-- and somebody who can review each of them: not her who made it
SELECT customer_workflow.protect('addresses', '{street}', 'role:alice');
SET SESSION AUTHORIZATION override4_er;
SELECT * FROM error_of($$SELECT customer_workflow.override_apply(5, 'Emergency')$$) WHERE field <> 'hint';
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('addresses', '{street}', 'role:bob');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(5);
SET SESSION AUTHORIZATION override4_er;
SELECT * FROM error_of($$SELECT customer_workflow.override_apply(6, '')$$);
SELECT customer_workflow.override_apply(6, 'They move tonight');
RESET SESSION AUTHORIZATION;
SELECT id, name, credit_limit FROM customers WHERE id = 1;
SELECT * FROM addresses ORDER BY id;
SELECT id, status, title FROM customer_workflow.change_sets;
SELECT count(*) FROM customer_workflow.pending_records WHERE record_key = '{"id": 12}';
SELECT record_key, field, original_value, new_value FROM customer_workflow.direct_changes WHERE reason = 'override' AND record_key IN ('{"id": 1}', '{"id": 10}', '{"id": 11}', '{"id": 12}') ORDER BY record_key, field;
SELECT * FROM crm.reviews() WHERE prop > 4;
SELECT count(*) AS others FROM customer_workflow.work_item WHERE status = 'open' AND at <> 'override' AND proposal > 4;
-- nobody who had a part in one reviews any; who closes one closes those of the change set that are his to close
SET SESSION AUTHORIZATION override4_er;
SELECT * FROM error_of((SELECT format('SELECT customer_workflow.complete_task(%s, $$fine$$)', min(item)) FROM crm.reviews() WHERE prop > 4)) WHERE field IN ('sqlstate', 'message');
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.complete_task(max(item), 'I know of it') FROM crm.reviews() WHERE prop = 5;
SELECT * FROM crm.reviews() WHERE prop > 4;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.complete_task(max(item), 'So do I') FROM crm.reviews() WHERE status = 'open' AND prop > 4;
SELECT * FROM crm.reviews() WHERE prop > 4;
RESET SESSION AUTHORIZATION;
SELECT proposal, person, comment FROM customer_workflow.workflow_history WHERE kind = 'override_reviewed' ORDER BY proposal;
-- all of it is undone by one revert
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.revert(5) > 8 AS made;
SELECT operation, record_key, reverts FROM customer_workflow.proposals WHERE reverts > 4 ORDER BY id;

-- one that cannot be applied keeps all from it
SET SESSION AUTHORIZATION alice;
BEGIN;
SELECT customer_workflow.begin_change_set('Too much');
UPDATE customers SET credit_limit = 33 WHERE id = 3;
UPDATE customers SET credit_limit = -1 WHERE id = 7;
COMMIT;
SET SESSION AUTHORIZATION override4_er;
SELECT * FROM error_of((SELECT format($$SELECT customer_workflow.override_apply(%s, 'Emergency')$$, max(id)) FROM customer_workflow.proposals)) WHERE field IN ('sqlstate', 'message');
RESET SESSION AUTHORIZATION;
SELECT credit_limit FROM customers WHERE id = 3;

-- parts are reviewed with the record that they are a part of
SET client_min_messages = warning;
CREATE TABLE accounts (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers, iban text);
INSERT INTO accounts VALUES (1, 3, 'DE03');
ALTER TABLE accounts OWNER TO erp_owner;
GRANT SELECT, UPDATE ON accounts TO alice;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('accounts', '{iban, customer_id}', options => '{"part_of": {"relation": "customers", "by": ["customer_id"]}}');
SELECT customer_workflow.grant_duty('accounts', 'override', 'override4_er');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.cancel(max(id)) FROM customer_workflow.proposals;
UPDATE accounts SET iban = 'DE33' WHERE id = 1;
SELECT max(id) AS part FROM customer_workflow.proposals WHERE relation = 'accounts'::regclass \gset
SET SESSION AUTHORIZATION override4_er;
SELECT customer_workflow.override_apply(:part, 'Payment run');
RESET SESSION AUTHORIZATION;
SELECT * FROM accounts;
SELECT p.relation, w.assignee FROM crm.reviews() AS w JOIN customer_workflow.proposals AS p ON p.id = w.prop WHERE w.status = 'open' AND w.prop > 9;
RESET SESSION AUTHORIZATION;
DROP ROLE override4_er;
