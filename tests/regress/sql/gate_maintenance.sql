-- Option gate_configuration: begin_maintenance() takes an approval, which is used up; process_deadlines(as_of) and reassign() of one's own change are not for one alone.
\set SHOW_CONTEXT never
\pset null ~
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers', '{"gate_configuration": true}');
CREATE TABLE public.accounts (id int PRIMARY KEY, credit_limit int);
ALTER TABLE accounts OWNER TO erp_owner;
INSERT INTO accounts VALUES (1, 10);
SELECT customer_workflow.protect('accounts', '{credit_limit}', 'credit_managers');
CREATE ROLE gate_maintenance_dba LOGIN;
GRANT erp_owner TO gate_maintenance_dba;
CREATE VIEW public.asked AS SELECT id, author, relation, call, before, after, status, used_at IS NOT NULL AS used FROM customer_workflow.configuration_proposals;
GRANT SELECT ON asked TO PUBLIC;

-- Without approval nothing begins: what is written is captured as ever
SET SESSION AUTHORIZATION gate_maintenance_dba;
BEGIN;
SELECT customer_workflow.begin_maintenance('{customers}', 'new scale');
UPDATE customers SET credit_limit = 7 WHERE id = 1;
ALTER TABLE customers ALTER credit_limit TYPE numeric(14,2);
ROLLBACK;
SELECT customer_workflow.begin_maintenance('{customers}', 'new scale');
SELECT customer_workflow.begin_maintenance('{customers,accounts}', 'both');
SELECT * FROM asked;
SELECT customer_workflow.approve(min(id)) FROM asked;

-- Approved it may begin once, by whom and for what it was approved
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.approve(min(id)) FROM asked;
BEGIN;
SELECT customer_workflow.begin_maintenance('{customers}', 'new scale');
ROLLBACK;
SET SESSION AUTHORIZATION gate_maintenance_dba;
BEGIN;
SELECT customer_workflow.begin_maintenance('{customers}', 'something else');
UPDATE customers SET credit_limit = 8 WHERE id = 1;
ROLLBACK;
-- what is rolled back is not used
BEGIN;
SELECT customer_workflow.begin_maintenance('{customers}', 'new scale');
ROLLBACK;
BEGIN;
SELECT customer_workflow.begin_maintenance('{customers}', 'new scale');
ALTER TABLE customers ALTER credit_limit TYPE numeric(14,2);
UPDATE customers SET credit_limit = 9 WHERE id = 1;
COMMIT;
SELECT id, credit_limit FROM customers WHERE id = 1;
SELECT used FROM asked ORDER BY id;
BEGIN;
SELECT customer_workflow.begin_maintenance('{customers}', 'new scale');
UPDATE customers SET credit_limit = 10 WHERE id = 1;
ROLLBACK;
-- Tables that are not gated need nobody
BEGIN;
SELECT customer_workflow.begin_maintenance('{accounts}', 'alone');
UPDATE accounts SET credit_limit = 11;
COMMIT;
SELECT * FROM accounts;
-- After a day an approval is none any more
SELECT customer_workflow.begin_maintenance('{customers}', 'too late');
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.approve(max(id)) FROM asked;
RESET SESSION AUTHORIZATION;
UPDATE customer_workflow.proposal SET applied_at = applied_at - interval '25 hours' WHERE id = (SELECT max(id) FROM asked);
SET SESSION AUTHORIZATION gate_maintenance_dba;
BEGIN;
SELECT customer_workflow.begin_maintenance('{customers}', 'too late');
UPDATE customers SET credit_limit = 12 WHERE id = 1;
ROLLBACK;

-- An end action that approves comes in its time, not when an owner says so
SELECT customer_workflow.create_workflow('Credit', 'customers', '{"elements": [{"approval": {"name": "A", "steps": [{"name": "One", "assign_to": {"role": "credit_managers"}, "time_limit": {"days": 1}, "end_action": "approve"}]}}]}');
SELECT customer_workflow.activate_workflow('Credit', 1);
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.approve(max(id)) FROM asked;
SET SESSION AUTHORIZATION gate_maintenance_dba;
UPDATE customers SET credit_limit = 13 WHERE id = 1;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE relation = 'customers'::regclass;
SELECT customer_workflow.process_deadlines(as_of => now() + interval '2 days');
SELECT status FROM customer_workflow.proposals WHERE relation = 'customers'::regclass ORDER BY id DESC LIMIT 1;

-- Who has a part in a change does not choose who decides it
SELECT customer_workflow.reassign(ARRAY(SELECT work_item FROM customer_workflow.work_items WHERE status = 'open' AND relation = 'customers'::regclass), 'import', 'he is there');
SET SESSION AUTHORIZATION erp_owner;
SELECT outcome FROM customer_workflow.reassign(ARRAY(SELECT work_item FROM customer_workflow.work_items WHERE status = 'open' AND relation = 'customers'::regclass), 'bob', 'she is on holiday');
-- and what is about the configuration is for administrators
RESET SESSION AUTHORIZATION;
SELECT * FROM customer_workflow.reassign(ARRAY(SELECT work_item FROM customer_workflow.work_items WHERE status = 'open'), 'import', 'he is there');
DROP ROLE gate_maintenance_dba;
