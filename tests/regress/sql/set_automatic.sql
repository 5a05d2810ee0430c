-- Automatic approvals, deadlines, automated tasks and automatic submits go the same way: a proposal of a change set waits for the others.
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
SELECT customer_workflow.create_workflow('small names', 'customers', $${"elements": [{"approval": {"name": "Approval",
    "automatic_action": {"when": "proposal.fields = '{name}' and length(new.name) < 9", "action": "approve"},
    "steps": [{"name": "One", "assign_to": {"role": "credit_managers"}, "time_limit": {"hours": 1}, "end_action": "approve"}]}}]}$$);
SELECT customer_workflow.activate_workflow('small names', 1);
SET SESSION AUTHORIZATION alice;
BEGIN;
SELECT customer_workflow.begin_change_set('Move of Alpha');
UPDATE customers SET name = 'Alpha AG' WHERE id = 1;
UPDATE addresses SET street = 'X street' WHERE customer_id = 1;
COMMIT;

-- the name would pass by itself; it waits for the addresses
SELECT customer_workflow.submit(1);
TABLE crm.now;
SELECT id, name FROM customers WHERE id = 1;
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.approve(2);
TABLE crm.now;
SELECT id, name FROM customers WHERE id = 1;

-- a deadline whose end action approves
SET SESSION AUTHORIZATION alice;
BEGIN;
SELECT customer_workflow.begin_change_set('Late');
UPDATE customers SET name = 'Beta Aktiengesellschaft' WHERE id = 2;
UPDATE addresses SET street = 'L street' WHERE id = 20;
COMMIT;
SELECT customer_workflow.submit(4);
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.process_deadlines(as_of => now() + interval '1 day');
TABLE crm.now;
SELECT id, name FROM customers WHERE id = 2;
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.approve(5);
SELECT id, name FROM customers WHERE id = 2;

-- the other way round: the deadline is the last, and writes all
SET SESSION AUTHORIZATION alice;
BEGIN;
SELECT customer_workflow.begin_change_set('Later');
UPDATE customers SET name = 'Gamma Aktiengesellschaft' WHERE id = 3;
UPDATE addresses SET street = 'M street' WHERE id = 20;
COMMIT;
SELECT customer_workflow.submit(6);
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.approve(7);
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.process_deadlines(as_of => now() + interval '1 day');
TABLE crm.now;
SELECT id, name FROM customers WHERE id = 3;
SELECT id, street FROM addresses WHERE id = 20;

-- a deadline that cannot write all of it is tried again later, and nothing is written
SET SESSION AUTHORIZATION alice;
BEGIN;
SELECT customer_workflow.begin_change_set('Stuck');
UPDATE customers SET name = 'Gamma und Gammelmann' WHERE id = 3;
UPDATE addresses SET street = 'N street' WHERE id = 20;
COMMIT;
SELECT customer_workflow.submit(8);
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.approve(9);
SET SESSION AUTHORIZATION erp_owner;
ALTER TABLE addresses ADD CONSTRAINT no_n CHECK (street <> 'N street');
SELECT customer_workflow.process_deadlines(as_of => now() + interval '1 day');
SELECT kind, details ->> 'sqlstate' AS sqlstate FROM customer_workflow.workflow_history WHERE proposal = 8 AND kind = 'fault';
SELECT id, name FROM customers WHERE id = 3;
ALTER TABLE addresses DROP CONSTRAINT no_n;
SELECT customer_workflow.process_deadlines(as_of => now() + interval '2 days');
SELECT id, name FROM customers WHERE id = 3;

-- an end action that rejects is one of all
SELECT customer_workflow.create_workflow('small names', 'customers', $${"elements": [{"approval": {"name": "Approval",
    "steps": [{"name": "One", "assign_to": {"role": "credit_managers"}, "time_limit": {"hours": 1}, "end_action": "reject"}]}}]}$$);
SELECT customer_workflow.activate_workflow('small names', 2);
SET SESSION AUTHORIZATION alice;
BEGIN;
SELECT customer_workflow.begin_change_set('Rejected');
UPDATE customers SET name = 'Alpha KG' WHERE id = 1;
UPDATE addresses SET street = 'R street' WHERE id = 10;
COMMIT;
SELECT customer_workflow.submit(10);
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.process_deadlines(as_of => now() + interval '1 day');
SELECT id, status, waiting_on FROM customer_workflow.proposals WHERE id > 9 ORDER BY id;
SELECT proposal, kind, person, details FROM customer_workflow.workflow_history WHERE proposal = 11 AND kind = 'rejected';
SELECT customer_workflow.deactivate_workflow('small names');

-- a set submits itself when all that is in it would
SELECT customer_workflow.configure('customers', '{"auto_submit": "always"}');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.cancel(10);
BEGIN;
SELECT customer_workflow.begin_change_set('By hand');
UPDATE customers SET name = 'Alpha SE' WHERE id = 1;
UPDATE addresses SET street = 'S street' WHERE id = 10;
COMMIT;
SELECT id, status FROM customer_workflow.proposals WHERE id > 11 ORDER BY id;
SELECT customer_workflow.cancel(12);
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('addresses', '{"auto_submit": "always"}');
SET SESSION AUTHORIZATION alice;
BEGIN;
SELECT customer_workflow.begin_change_set('By itself');
UPDATE customers SET name = 'Alpha SE' WHERE id = 1;
UPDATE addresses SET street = 'S street' WHERE id = 10;
COMMIT;
SELECT id, status FROM customer_workflow.proposals WHERE id > 13 ORDER BY id;
SELECT customer_workflow.cancel(14);
RESET client_min_messages;
\set VERBOSITY terse
BEGIN;
SELECT customer_workflow.begin_change_set('By itself, but wrong');
UPDATE customers SET name = 'Alpha SE' WHERE id = 1;
UPDATE addresses SET street = '' WHERE id = 10;
COMMIT;
SELECT id, status, submit_sqlstate FROM customer_workflow.proposals WHERE id > 15 ORDER BY id;
