-- Promise 6: the digest of any proposal of a change set stands for all of it.
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
SELECT digest AS d1 FROM customer_workflow.proposals WHERE id = 1 \gset
SELECT digest AS d2 FROM customer_workflow.proposals WHERE id = 2 \gset
SELECT :'d1' <> :'d2' AS own;

-- what changes in one changes the digests of all
SELECT customer_workflow.recall(1);
UPDATE addresses SET street = 'XX street' WHERE id = 10;
SELECT customer_workflow.submit(1);
SELECT digest <> :'d1' AS other FROM customer_workflow.proposals WHERE id = 1;
SET SESSION AUTHORIZATION bob;
SELECT field, value FROM error_of(format('SELECT customer_workflow.approve(1, digest => %L)', :'d1')) WHERE field IN ('sqlstate', 'message', 'hint');
-- an old digest of another one refuses, too: what was seen is the whole set
SELECT field, value FROM error_of(format('SELECT customer_workflow.approve(2, digest => %L)', :'d2')) WHERE field IN ('sqlstate', 'message', 'hint');
TABLE crm.now;
-- undone, the digest is what it was
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.recall(1);
UPDATE addresses SET street = 'X street' WHERE id = 10;
SELECT customer_workflow.submit(1);
SELECT digest = :'d1' AS same FROM customer_workflow.proposals WHERE id = 1;

-- require_digest is satisfied by the digest of any of them
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('customers', '{"require_digest": true}');
SELECT customer_workflow.configure('addresses', '{"require_digest": true}');
SET SESSION AUTHORIZATION dave;
SELECT field, value FROM error_of('SELECT customer_workflow.approve(2)') WHERE field IN ('sqlstate', 'message');
SELECT customer_workflow.approve(2, digest => :'d1');
SELECT * FROM error_of(format('SELECT * FROM customer_workflow.approve_many(ARRAY[2], digests => ARRAY[%L, %L])', :'d1', :'d2'));
TABLE crm.now;
-- the key of a record is part of what was seen
RESET SESSION AUTHORIZATION;
UPDATE addresses SET id = 12 WHERE id = 10;
SELECT digest <> :'d1' AS other FROM customer_workflow.proposals WHERE id = 1;
SET SESSION AUTHORIZATION bob;
SELECT field, value FROM error_of(format('SELECT customer_workflow.approve(1, digest => %L)', :'d1')) WHERE field = 'sqlstate';
SELECT customer_workflow.approve(p.id, digest => p.digest) FROM customer_workflow.proposals AS p WHERE p.id = 3;
SELECT id, street FROM addresses ORDER BY id;
