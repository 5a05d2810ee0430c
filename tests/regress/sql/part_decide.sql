-- Option part_of: the workflow of the parent decides, sees what changes in the parts, and all is written together.
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
SELECT customer_workflow.create_workflow('customers', 'customers', $${"elements": [
    {"approval": {"name": "Credit", "steps": [{"name": "Manager", "assign_to": {"role": "credit_managers"}}]}},
    {"approval": {"name": "Bank", "when": "changed('bank_accounts.iban')", "steps": [{"name": "Treasury", "assign_to": {"user": "dave"}}]}},
    {"approval": {"name": "Never", "when": "'bank_accounts.note' = ANY (proposal.fields)", "steps": [{"name": "N", "assign_to": {"user": "erp"}}]}}]}$$);
SELECT customer_workflow.activate_workflow('customers', 1);
SELECT path, message FROM customer_workflow.validate_workflow('{"when": "changed(''bank_accounts.nothing'')", "elements": [
    {"approval": {"name": "C", "steps": [{"name": "M", "assign_to": {"role": "credit_managers"}}]}}]}', 'customers') WHERE severity = 'error';
SET SESSION AUTHORIZATION alice;
UPDATE bank_accounts SET iban = 'DE1' WHERE id = 100;
UPDATE customers SET name = 'Alpha AG' WHERE id = 1;
SELECT customer_workflow.submit(1);
TABLE crm.now;
SET SESSION AUTHORIZATION bob;
SELECT proposal, subject FROM customer_workflow.my_work_items;
SELECT r -> 'change_set' -> 'proposals' AS proposals FROM customer_workflow.review(2) AS r;
SELECT proposal, field, original_value, proposed_value, current_value FROM customer_workflow.proposed_changes ORDER BY proposal;
SELECT customer_workflow.approve(1);
TABLE crm.now;
SELECT * FROM error_of('SELECT customer_workflow.approve(1)') WHERE field IN ('sqlstate', 'message');
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.approve(2);
SELECT id, iban FROM bank_accounts ORDER BY id;
SELECT id, name FROM customers ORDER BY id;
SELECT proposal, kind, person FROM customer_workflow.workflow_history WHERE kind IN ('submitted', 'approved', 'applied') ORDER BY proposal, at;

-- its own approvers have nothing to say: nobody picks a lax table
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('bank_accounts', '{iban}', 'role:erp');
SET SESSION AUTHORIZATION alice;
UPDATE bank_accounts SET iban = 'DE7' WHERE id = 200;
SELECT customer_workflow.submit(3);
SET SESSION AUTHORIZATION erp;
SELECT field, value FROM error_of('SELECT customer_workflow.approve(3)') WHERE field IN ('sqlstate', 'message');
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.reject(4, 'whose is it?');
TABLE crm.now;
-- a digest binds to the parts
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(4);
SELECT digest FROM customer_workflow.proposals WHERE id = 4 \gset
UPDATE bank_accounts SET iban = 'DE8' WHERE id = 200;
SELECT id, status FROM customer_workflow.proposals WHERE id > 2 ORDER BY id;
SELECT customer_workflow.submit(4);
SET SESSION AUTHORIZATION carol;
SELECT field, value FROM error_of(format('SELECT customer_workflow.approve(4, digest => %L)', :'digest')) WHERE field IN ('sqlstate', 'message');
SET SESSION AUTHORIZATION alice;
SELECT field, value FROM error_of('SELECT customer_workflow.approve(4)') WHERE field IN ('sqlstate', 'message');
-- rerouted, it is the parent that starts anew
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.reroute(4);
SELECT customer_workflow.reroute(3);
SELECT id, status, waiting_on FROM customer_workflow.proposals WHERE id > 2 ORDER BY id;

-- to move a part to another parent is a change like any other
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.cancel(4);
UPDATE bank_accounts SET customer_id = 3 WHERE id = 200;
TABLE bank_accounts ORDER BY id;
SELECT customer_workflow.submit(p.id) FROM customer_workflow.proposals AS p WHERE p.status = 'not_submitted' AND p.relation = 'bank_accounts'::regclass;
SET SESSION AUTHORIZATION bob;
SELECT DISTINCT customer_workflow.approve(w.proposal) FROM customer_workflow.my_work_items AS w;
TABLE bank_accounts ORDER BY id;

-- what was proposed before the table was a part is not decided by its own approvers either
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('bank_accounts', '{"part_of": null}');
SET SESSION AUTHORIZATION alice;
UPDATE bank_accounts SET iban = 'DE6' WHERE id = 101;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('bank_accounts', '{"part_of": {"relation": "customers", "by": ["customer_id"]}}');
SET SESSION AUTHORIZATION alice;
SELECT e.* FROM customer_workflow.proposals AS p CROSS JOIN LATERAL error_of(format('SELECT customer_workflow.submit(%s)', p.id)) AS e
 WHERE p.status = 'not_submitted' AND p.relation = 'bank_accounts'::regclass AND p.record_key = '{"id": 101}' AND e.field <> 'message';
