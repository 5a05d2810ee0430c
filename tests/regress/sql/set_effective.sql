-- Effective dates: an approved change set waits for one date, and is applied then as a whole, or goes back as a whole.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE TABLE addresses (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers, street text);
CREATE TABLE bank_accounts (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers, iban text);
ALTER TABLE addresses OWNER TO erp_owner;
ALTER TABLE bank_accounts OWNER TO erp_owner;
GRANT SELECT, UPDATE ON addresses, bank_accounts TO alice, erp;
INSERT INTO addresses VALUES (10, 1, 'A street');
INSERT INTO bank_accounts VALUES (100, 1, 'DE100');
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{name, credit_limit}', 'credit_managers');
SELECT customer_workflow.protect('addresses', '{street}', 'credit_managers');
SELECT customer_workflow.protect('bank_accounts', '{iban, customer_id}', options => '{"part_of": {"relation": "customers", "by": ["customer_id"]}}');
CREATE VIEW crm.now AS SELECT p.id, p.relation, p.status, p.effective_at > now() AS later FROM customer_workflow.proposals AS p ORDER BY p.id;
GRANT SELECT ON crm.now TO PUBLIC;
SET SESSION AUTHORIZATION alice;
BEGIN;
SELECT customer_workflow.begin_change_set('From next year on');
UPDATE customers SET name = 'Alpha AG' WHERE id = 1;
UPDATE addresses SET street = 'X street';
UPDATE bank_accounts SET iban = 'DE1';
COMMIT;
SELECT customer_workflow.submit(2, effective_at => now() + interval '30 days');
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1);
TABLE crm.now;
SELECT status FROM customer_workflow.change_sets;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.process_deadlines();
TABLE crm.now;
-- on its date all of it is written
SELECT customer_workflow.process_deadlines(max_items => 10, as_of => now() + interval '31 days') > 0 AS done;
TABLE crm.now;
SELECT c.name, a.street, b.iban FROM customers AS c JOIN addresses AS a ON a.customer_id = c.id JOIN bank_accounts AS b ON b.customer_id = c.id;

-- what moved in one of them until then sends all of it back
SET SESSION AUTHORIZATION alice;
BEGIN;
SELECT customer_workflow.begin_change_set('Later');
UPDATE customers SET name = 'Alpha SE' WHERE id = 1;
UPDATE addresses SET street = 'Y street';
COMMIT;
SELECT customer_workflow.submit(4, effective_at => now() + interval '30 days');
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(4);
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.set_data_entity('erp', options => '{"behavior": "allow_without_approval"}');
SET SESSION AUTHORIZATION erp;
UPDATE addresses SET street = 'moved';
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.process_deadlines(as_of => now() + interval '31 days') > 0 AS done;
SELECT id, relation, status FROM customer_workflow.proposals WHERE id > 3 ORDER BY id;
SELECT proposal, kind, details ->> 'message' AS message FROM customer_workflow.workflow_history WHERE proposal > 3 AND kind = 'change_requested' ORDER BY proposal;
SELECT c.name, a.street FROM customers AS c JOIN addresses AS a ON a.customer_id = c.id;

-- half of the due items is no half of a change set, and a table that is switched off stops it
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.rebase(4);
SELECT customer_workflow.submit(4);
TABLE crm.now;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(4);
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.process_deadlines(max_items => 1, as_of => now() + interval '31 days');
TABLE crm.now;
SELECT customer_workflow.disable('customers');
SELECT customer_workflow.process_deadlines(as_of => now() + interval '32 days');
SELECT c.name, a.street FROM customers AS c JOIN addresses AS a ON a.customer_id = c.id;
SELECT customer_workflow.enable('customers');
SELECT customer_workflow.process_deadlines(as_of => now() + interval '40 days') > 0 AS done;
TABLE crm.now;
SELECT c.name, a.street FROM customers AS c JOIN addresses AS a ON a.customer_id = c.id;

-- taken back while it waits for its date, by an edit of one of them
SET SESSION AUTHORIZATION alice;
BEGIN;
SELECT customer_workflow.begin_change_set('Taken back');
UPDATE customers SET name = 'Alpha KG' WHERE id = 1;
UPDATE addresses SET street = 'Z street';
COMMIT;
SELECT customer_workflow.submit(6, effective_at => now() + interval '30 days');
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(6);
SET SESSION AUTHORIZATION alice;
UPDATE addresses SET street = 'ZZ street';
SELECT id, relation, status FROM customer_workflow.proposals WHERE id > 5 ORDER BY id;
SELECT customer_workflow.submit(6);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(6);
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.recall(7);
SELECT id, relation, status FROM customer_workflow.proposals WHERE id > 5 ORDER BY id;
-- nobody overrides a part of it
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.grant_duty('customers', 'override', 'dave');
SET SESSION AUTHORIZATION dave;
SELECT * FROM error_of($$SELECT customer_workflow.override_apply(6, 'fire')$$) WHERE field IN ('sqlstate', 'message', 'detail');
-- but all of it at once: then its date does not matter any more
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.grant_duty('addresses', 'override', 'dave');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(6);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(6);
SELECT id, status FROM customer_workflow.proposals WHERE id > 5 ORDER BY id;
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.override_apply(6, 'fire');
RESET SESSION AUTHORIZATION;
SELECT id, status FROM customer_workflow.proposals WHERE id > 5 ORDER BY id;
SELECT count(*) AS due FROM customer_workflow.deadline WHERE proposal > 5;
