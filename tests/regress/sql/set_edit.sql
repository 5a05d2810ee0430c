-- Promise 6: an edit of one proposal of a change set takes all of them back from their approvers.
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
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.approve(2);
-- amended by its author
SET SESSION AUTHORIZATION alice;
UPDATE customers SET name = 'Alpha SE' WHERE id = 1;
TABLE crm.now;
SELECT proposal, kind, person, details FROM customer_workflow.workflow_history WHERE kind IN ('recalled', 'amended') ORDER BY proposal, at;

-- discard_change(): the last field of a proposal takes it out of the set
SELECT customer_workflow.submit(1);
SELECT customer_workflow.discard_change(3, 'street');
TABLE crm.now;
SELECT id, status, proposals FROM customer_workflow.change_sets;
SELECT customer_workflow.submit(1);
TABLE crm.now;

-- so does the end of its record
SET SESSION AUTHORIZATION erp_owner;
DELETE FROM addresses WHERE id = 10;
TABLE crm.now;
SELECT id, status, proposals FROM customer_workflow.change_sets;
SELECT proposal, kind, details FROM customer_workflow.workflow_history WHERE proposal < 3 AND kind IN ('record_deleted', 'recalled') ORDER BY proposal, at;

-- rebase(): what moved in one, all of them become drafts
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.set_data_entity('erp', options => '{"behavior": "allow_without_approval"}');
SET SESSION AUTHORIZATION alice;
BEGIN;
SELECT customer_workflow.resume_change_set(1);
UPDATE addresses SET street = 'Q street' WHERE id = 11;
COMMIT;
SELECT customer_workflow.submit(1);
SET SESSION AUTHORIZATION erp;
UPDATE customers SET name = 'Alpha KG' WHERE id = 1;
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.rebase(4);
TABLE crm.now;
SELECT proposal, original_value, proposed_value FROM customer_workflow.proposed_changes WHERE proposal IN (1, 4) ORDER BY proposal;
SELECT customer_workflow.submit(1);
SELECT customer_workflow.rebase(1);
SELECT status FROM customer_workflow.change_sets;

-- unprotect with cancel_open
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.unprotect('addresses', '{*}', cancel_open => true);
SELECT id, status FROM customer_workflow.proposals ORDER BY id;
