-- Attack: a change set, or a part, as a way past an approval.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE TABLE addresses (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers, street text);
CREATE TABLE lax (id bigint PRIMARY KEY, v text);
CREATE TABLE bank_accounts (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers, iban text);
ALTER TABLE addresses OWNER TO erp_owner;
ALTER TABLE lax OWNER TO erp_owner;
ALTER TABLE bank_accounts OWNER TO erp_owner;
GRANT SELECT, UPDATE, DELETE ON addresses, lax, bank_accounts TO alice, dave;
INSERT INTO addresses VALUES (10, 1, 'A street');
INSERT INTO lax VALUES (1, 'a');
INSERT INTO bank_accounts VALUES (100, 1, 'DE100');
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{name, credit_limit}', 'credit_managers');
SELECT customer_workflow.protect('addresses', '{street}', 'role:dave');
SELECT customer_workflow.protect('lax', '{v}', 'role:import');
SELECT customer_workflow.protect('bank_accounts', '{iban, customer_id}', 'role:import', options => '{"part_of": {"relation": "customers", "by": ["customer_id"]}}');
-- approves by itself
SELECT customer_workflow.create_workflow('lax', 'lax', '{"allow_self_approval": true, "elements": [{"approval": {"name": "L", "automatic_action": {"when": "true", "action": "approve"},
    "steps": [{"name": "S", "assign_to": {"role": "import"}}]}}]}');
SELECT customer_workflow.activate_workflow('lax', 1);
CREATE VIEW crm.now AS SELECT p.id, p.relation, p.status FROM customer_workflow.proposals AS p ORDER BY p.id;
GRANT SELECT ON crm.now TO PUBLIC;

-- a lax table carries nothing along
SET SESSION AUTHORIZATION alice;
BEGIN;
SELECT customer_workflow.begin_change_set('carried');
UPDATE lax SET v = 'b';
UPDATE customers SET credit_limit = 1000000 WHERE id = 1;
COMMIT;
SELECT customer_workflow.submit(1);
TABLE crm.now;
SELECT * FROM error_of('SELECT customer_workflow.approve(1)') WHERE field IN ('sqlstate', 'message');
-- nothing can be added while it waits, by whatever means
BEGIN;
SELECT * FROM error_of('SELECT customer_workflow.resume_change_set(1)') WHERE field IN ('sqlstate', 'message');
UPDATE addresses SET street = 'added';
ROLLBACK;
-- nor taken out: what is left has to be seen again
SELECT customer_workflow.discard_change(1, 'v');
TABLE crm.now;

-- begun in a savepoint that was rolled back, under another name, in a function of another owner: never anybody else's set
SELECT customer_workflow.cancel(2);
SET SESSION AUTHORIZATION dave;
BEGIN;
SELECT customer_workflow.begin_change_set('of dave');
SET SESSION AUTHORIZATION alice;
UPDATE addresses SET street = 'of alice';
COMMIT;
SELECT id, proposals FROM customer_workflow.change_sets ORDER BY id;

-- an approval of one while the other is changed in between by the record's deletion and insertion
BEGIN;
SELECT customer_workflow.begin_change_set('deleted');
UPDATE addresses SET street = 'of alice';
UPDATE customers SET name = 'Alpha AG' WHERE id = 1;
COMMIT;
SELECT customer_workflow.submit(4);
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.approve(4);
DELETE FROM addresses;
TABLE crm.now;
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of('SELECT customer_workflow.approve(5)') WHERE field IN ('sqlstate', 'message');
SELECT name FROM customers WHERE id = 1;

-- a part alone: submitted, cancelled or decided without its parent
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.cancel(5);
UPDATE bank_accounts SET iban = 'DE EVIL';
SELECT customer_workflow.submit(p.id) FROM customer_workflow.proposals AS p WHERE p.relation = 'bank_accounts'::regclass;
SET SESSION AUTHORIZATION import;
SELECT e.value FROM customer_workflow.proposals AS p CROSS JOIN LATERAL error_of(format('SELECT customer_workflow.approve(%s)', p.id)) AS e
 WHERE e.field = 'sqlstate' AND p.status = 'pending_approval';
SELECT * FROM error_of('SELECT customer_workflow.approve(7)') WHERE field IN ('sqlstate', 'message');
-- a workflow of its own is not asked either
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.create_workflow('parts', 'bank_accounts', '{"allow_self_approval": true, "elements": [{"approval": {"name": "L", "automatic_action": {"when": "true", "action": "approve"},
    "steps": [{"name": "S", "assign_to": {"role": "import"}}]}}]}');
SELECT customer_workflow.activate_workflow('parts', 1, running => 'reroute');
TABLE crm.now;
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.recall(7);
SELECT customer_workflow.submit(7);
SELECT iban FROM bank_accounts;
-- with the parent's proposal gone it is gone, too
SELECT customer_workflow.cancel(6);
TABLE crm.now;
