-- Design 5.2: the errors of this extension, a SQLSTATE each: message with table, record and field; what was found; what to do.
\set SHOW_CONTEXT never
RESET SESSION AUTHORIZATION;
CREATE TABLE orders (id int PRIMARY KEY, amount numeric, note text);
ALTER TABLE orders OWNER TO erp_owner;
INSERT INTO orders VALUES (1, 10), (2, 20);
GRANT SELECT, UPDATE, DELETE ON orders TO alice, dave, import;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'credit_managers', '{"on_record_delete": "restrict", "comment_required": ["cancel"]}');
SELECT customer_workflow.protect('orders', '{amount, note}');
SELECT customer_workflow.set_data_entity('erp', 'customers', '{"behavior": "allow_without_approval"}');
SELECT customer_workflow.set_data_entity('import', 'customers', '{"behavior": "reject_changes"}');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000;
UPDATE orders SET amount = 11 WHERE id = 1;
SELECT outcome FROM customer_workflow.submit_many('{1,2,3}');

-- CW001: the record moved since the change was proposed
SET SESSION AUTHORIZATION erp;
UPDATE customers SET credit_limit = 1500 WHERE id = 1;
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of('SELECT customer_workflow.approve(1)');

-- CW002: the digest is not the proposal's
SELECT * FROM error_of($$ SELECT customer_workflow.approve(2, digest => 'seen') $$) WHERE field <> 'detail';

-- CW003: wrong status for the verb, told to whoever may see the proposal
SET SESSION AUTHORIZATION dave;
SELECT * FROM error_of('SELECT customer_workflow.approve(4)');
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of('SELECT customer_workflow.submit(1)');
SELECT * FROM error_of('SELECT customer_workflow.recall(4)');
SET SESSION AUTHORIZATION erp_owner;
SELECT * FROM error_of($$ SELECT customer_workflow.unprotect('customers', '{credit_limit}') $$);

-- CW004: no workflow, or nobody who may approve
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of('SELECT customer_workflow.submit(4)');
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('orders', '{amount}', 'role:alice');
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of('SELECT customer_workflow.submit(4)');

-- CW005: approvals are disabled for this table
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.disable('orders');
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of('SELECT customer_workflow.submit(4)');
SELECT * FROM error_of($$ SELECT customer_workflow.propose('orders', '{"id": 1}', '{"amount": 1}') $$);
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.enable('orders');

-- CW006: an option refuses the change
SET SESSION AUTHORIZATION import;
SELECT * FROM error_of('UPDATE customers SET credit_limit = 7, payment_terms = ''N60'' WHERE id = 2');
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of('DELETE FROM customers WHERE id = 2');
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('customers', '{"overlap": "reject", "amend": "reject"}');
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of('UPDATE customers SET credit_limit = 7 WHERE id = 2');
SET SESSION AUTHORIZATION dave;
SELECT * FROM error_of('UPDATE customers SET credit_limit = 7 WHERE id = 2');

-- CW007: one's own change
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of('SELECT customer_workflow.approve(2)');
SELECT * FROM error_of('SELECT customer_workflow.reject(2, ''no'')') WHERE field IN ('sqlstate', 'message');

-- CW008: the protection does not fit the table any more
SET SESSION AUTHORIZATION dave;
UPDATE orders SET note = 'x' WHERE id = 2;
RESET SESSION AUTHORIZATION;
ALTER EVENT TRIGGER customer_workflow_drop DISABLE;
ALTER EVENT TRIGGER customer_workflow_check_drop DISABLE;
ALTER TABLE orders DROP COLUMN note CASCADE;
ALTER EVENT TRIGGER customer_workflow_drop ENABLE;
ALTER EVENT TRIGGER customer_workflow_check_drop ENABLE;
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of('UPDATE orders SET amount = 3 WHERE id = 2');
SET SESSION AUTHORIZATION erp_owner;
BEGIN;
SELECT customer_workflow.begin_maintenance('{orders}', 'no orders');
DROP TABLE orders CASCADE;
COMMIT;
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of('SELECT customer_workflow.submit(4)');

-- CW009: another trigger changed or swallowed the approved value
RESET SESSION AUTHORIZATION;
CREATE FUNCTION crm.halve() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.credit_limit := NEW.credit_limit / 2; RETURN NEW; END $$;
CREATE TRIGGER "~~~z" BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION crm.halve();
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of('SELECT customer_workflow.approve(2)');
RESET SESSION AUTHORIZATION;
DROP TRIGGER "~~~z" ON customers;
CREATE FUNCTION crm.swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER swallow BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION crm.swallow();
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of('SELECT customer_workflow.approve(2)');
RESET SESSION AUTHORIZATION;
DROP TRIGGER swallow ON customers;

-- 42501: not an assignee, not the author, not the owner
SET SESSION AUTHORIZATION dave;
SELECT * FROM error_of('SELECT customer_workflow.approve(2)');
SELECT * FROM error_of('SELECT customer_workflow.recall(2)');
SELECT * FROM error_of('SELECT customer_workflow.cancel(2, ''no'')');
SELECT * FROM error_of($$ SELECT customer_workflow.configure('customers', '{"overlap": "parallel"}') $$);

-- P0002: no such proposal, work item, record
SELECT * FROM error_of('SELECT customer_workflow.submit(99)');
SELECT * FROM error_of($$ SELECT customer_workflow.propose('customers', '{"id": 99}', '{"credit_limit": 1}') $$);
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of('SELECT customer_workflow.approve(2, work_item => 99)');

-- 22023: a bad argument
SELECT * FROM error_of('SELECT customer_workflow.reject(2, '''')');
SELECT * FROM error_of($$ SELECT customer_workflow.approve(2, on_conflict => 'maybe') $$);
SET SESSION AUTHORIZATION erp_owner;
SELECT * FROM error_of($$ SELECT customer_workflow.configure('customers', '{"overlap": "perhaps"}') $$);
SELECT * FROM error_of($$ SELECT customer_workflow.configure('pg_class', '{}') $$);
SELECT * FROM error_of($$ SELECT customer_workflow.propose('customers', '{"id": 2}', '{"city": "Ulm"}') $$);

-- 0A000: this cannot be protected
SELECT * FROM error_of($$ SELECT customer_workflow.protect('customers', '{id}') $$);

-- the table's own errors, with constraint, column and table: from submit(), and from approve()
SET SESSION AUTHORIZATION alice;
UPDATE customers SET payment_terms = 'N60' WHERE id = 2;
SET SESSION AUTHORIZATION erp_owner;
ALTER TABLE customers ADD CONSTRAINT known_terms CHECK (payment_terms IN ('N30', 'N90'));
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of('SELECT customer_workflow.submit(6)');
SET SESSION AUTHORIZATION erp_owner;
ALTER TABLE customers ADD CONSTRAINT low CHECK (credit_limit < 4000);
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of('SELECT customer_workflow.approve(2)');
