-- begin_change_set(): what is proposed from then on in the transaction is one change set; resume_change_set() goes on with it.
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
RESET client_min_messages;
SET SESSION AUTHORIZATION alice;
BEGIN;
SELECT customer_workflow.begin_change_set('  Move of Alpha ', 'they moved');
UPDATE customers SET name = 'Alpha AG' WHERE id = 1;
UPDATE addresses SET street = 'X street' WHERE customer_id = 1;
COMMIT;
SELECT id, title, comment, author, status, proposals, relations FROM customer_workflow.change_sets;

-- another transaction is not in it, until it goes on with it
UPDATE customers SET name = 'Beta AG' WHERE id = 2;
BEGIN;
SELECT customer_workflow.resume_change_set(1);
UPDATE addresses SET street = 'Y street' WHERE id = 20;
-- a draft of the same author goes along with what is added to it, also where its value is only repeated
UPDATE customers SET name = 'Beta AG' WHERE id = 2;
SELECT customer_workflow.propose('customers', '{"id": 3}', '{"credit_limit": 300}');
COMMIT;
SELECT id, status, proposals FROM customer_workflow.change_sets;

-- what was begun in a savepoint goes with it
BEGIN;
SELECT customer_workflow.begin_change_set('outer');
SAVEPOINT s;
SELECT customer_workflow.begin_change_set('inner');
ROLLBACK TO s;
SAVEPOINT t;
RELEASE t;
UPDATE customers SET credit_limit = 2 WHERE id = 2;
ROLLBACK;
BEGIN;
SAVEPOINT s;
SELECT customer_workflow.begin_change_set('undone');
ROLLBACK TO s;
UPDATE customers SET payment_terms = 'N1' WHERE id = 1;
COMMIT;
SELECT id, status, proposals FROM customer_workflow.change_sets;

-- one record is in one change set of its author only
BEGIN;
SELECT customer_workflow.begin_change_set('Another');
SELECT * FROM error_of($$UPDATE customers SET credit_limit = 7 WHERE id = 1$$) WHERE field <> 'detail';
ROLLBACK;
-- a running one takes nothing any more
SELECT customer_workflow.submit(1);
BEGIN;
SELECT * FROM error_of('SELECT customer_workflow.resume_change_set(1)');
ROLLBACK;
-- nor does one that has just been submitted in the same transaction
BEGIN;
SELECT customer_workflow.recall(1);
SELECT customer_workflow.resume_change_set(1);
SELECT customer_workflow.submit(1);
SELECT * FROM error_of($$UPDATE customers SET payment_terms = 'N2' WHERE id = 2$$);
ROLLBACK;

-- what cannot be begun
SELECT field, value FROM error_of('SELECT customer_workflow.begin_change_set(NULL)') WHERE field <> 'hint';
SELECT field, value FROM error_of($$SELECT customer_workflow.begin_change_set(' ')$$) WHERE field <> 'hint';
SELECT * FROM error_of('SELECT customer_workflow.resume_change_set(99)');
SELECT field, value FROM error_of('SELECT customer_workflow.resume_change_set(NULL)') WHERE field <> 'hint';
SET SESSION AUTHORIZATION dave;
SELECT field, value FROM error_of('SELECT customer_workflow.resume_change_set(1)') WHERE field <> 'hint';
