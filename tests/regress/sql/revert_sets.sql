-- revert() of a proposal of an applied change set undoes all of it, in one change set
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE TABLE addresses (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers, street text CHECK (street <> ''), note text);
ALTER TABLE addresses OWNER TO erp_owner;
GRANT SELECT, INSERT, UPDATE, DELETE ON addresses TO alice, bob, dave, import;
INSERT INTO addresses VALUES (10, 1, 'A street', 'a'), (11, 1, 'B street', 'b');
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{name, credit_limit}', 'credit_managers', '{"on_insert": "held", "on_delete": "propose"}');
SELECT customer_workflow.protect('addresses', '{street}', 'role:dave', '{"on_insert": "held", "on_delete": "propose"}');
SELECT customer_workflow.set_data_entity('import', 'addresses', '{"behavior": "allow_without_approval"}');
CREATE VIEW crm.now AS SELECT p.id, p.relation, p.record_key, p.operation, p.status, p.reverts FROM customer_workflow.proposals AS p ORDER BY p.id;
GRANT SELECT ON crm.now TO PUBLIC;
CREATE FUNCTION crm.is() RETURNS TABLE (what text) LANGUAGE sql SECURITY DEFINER AS
    $$SELECT concat_ws(' ', c.id, c.name, c.credit_limit) FROM public.customers AS c UNION ALL SELECT a::text FROM public.addresses AS a ORDER BY 1$$;
SELECT * FROM crm.is();

-- a customer moves: one address is changed, one goes, one comes, and a customer comes with an address
SET SESSION AUTHORIZATION alice;
BEGIN;
SELECT customer_workflow.begin_change_set('Move of Alpha');
UPDATE customers SET name = 'Alpha AG' WHERE id = 1;
UPDATE addresses SET street = 'X street' WHERE id = 10;
DELETE FROM addresses WHERE id = 11;
INSERT INTO customers (id, name) VALUES (9, 'Alpha Nord');
INSERT INTO addresses VALUES (12, 9, 'N street', 'n');
COMMIT;
SELECT customer_workflow.submit(1);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1);
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.approve(1);
SELECT * FROM crm.is();


-- any of them stands for all
SET client_min_messages = notice;
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.revert(2);
TABLE crm.now;
SELECT id, title, status, proposals FROM customer_workflow.change_sets ORDER BY id;
-- the transaction does not go on with it
BEGIN;
SELECT customer_workflow.revert(2) AS again;
UPDATE customers SET credit_limit = 5 WHERE id = 3;
ROLLBACK;
SELECT customer_workflow.revert(4) AS again;
SELECT customer_workflow.submit(6);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(6);
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.approve(6);
SELECT * FROM crm.is();
RESET SESSION AUTHORIZATION;
SELECT proposal, details FROM customer_workflow.workflow_history WHERE kind = 'reverted' ORDER BY proposal;

-- in a change set of one's own it goes into that; where something of it holds the former value already, the rest is undone
SET SESSION AUTHORIZATION alice;
BEGIN;
SELECT customer_workflow.begin_change_set('Two things');
UPDATE customers SET credit_limit = 1 WHERE id = 1;
UPDATE addresses SET street = 'Y street' WHERE id = 10;
COMMIT;
SELECT customer_workflow.submit(max(id)) FROM customer_workflow.proposals;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(max(proposal)) FROM customer_workflow.my_work_items;
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.approve(max(proposal)) FROM customer_workflow.my_work_items;
SET SESSION AUTHORIZATION import;
UPDATE addresses SET street = 'A street' WHERE id = 10;
SET SESSION AUTHORIZATION alice;
SELECT max(id) AS last FROM customer_workflow.proposals WHERE status = 'applied' \gset
BEGIN;
SELECT customer_workflow.begin_change_set('Tidying');
UPDATE customers SET credit_limit = 3 WHERE id = 3;
SELECT customer_workflow.revert(:last);
UPDATE customers SET credit_limit = 4 WHERE id = 2;
COMMIT;
SELECT c.title, (SELECT array_agg(p.record_key ORDER BY p.id) FROM crm.now AS p WHERE p.id = ANY (c.proposals)) FROM customer_workflow.change_sets AS c ORDER BY c.id DESC LIMIT 1;
SELECT customer_workflow.cancel(max(id)) FROM customer_workflow.proposals WHERE relation = 'customers'::regclass AND author = 'alice';
-- nothing of it is left
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.disable('customers');
UPDATE customers SET credit_limit = 1000 WHERE id = 1;
SELECT customer_workflow.enable('customers');
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of(format('SELECT customer_workflow.revert(%s)', :last));
SELECT count(*) FROM customer_workflow.change_sets WHERE title LIKE 'Revert%';

-- who does not see all of it cannot
SET SESSION AUTHORIZATION erp;
SELECT * FROM error_of('SELECT customer_workflow.revert(1)');

-- what cannot be undone keeps the rest from it
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('addresses', '{"on_insert": "allow"}');
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of('SELECT customer_workflow.revert(1)');
SELECT count(*) FROM customer_workflow.proposals WHERE status = 'not_submitted';
