-- Option gate_configuration: activating, deactivating and dropping versions of workflows; calendars and hierarchies.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers', '{"gate_configuration": true}');
CREATE ROLE gate_workflows_dba LOGIN;
GRANT erp_owner TO gate_workflows_dba;
CREATE TABLE public.staff (person text, boss text);
ALTER TABLE public.staff OWNER TO erp_owner;
CREATE VIEW public.asked AS SELECT id, relation, call, before, after, status FROM customer_workflow.configuration_proposals;
GRANT SELECT ON asked TO PUBLIC;
CREATE VIEW public.versions AS SELECT name, version, active, activated_by, activated_role FROM customer_workflow.workflows WHERE name <> 'built_in';
GRANT SELECT ON versions TO PUBLIC;

-- A version is stored as ever: nothing runs in it before it is activated
SET SESSION AUTHORIZATION gate_workflows_dba;
\pset null ~
SELECT customer_workflow.create_workflow('Credit', 'customers', '{"elements": [{"approval": {"name": "A", "steps": [{"name": "One", "assign_to": {"role": "credit_managers"}}]}}]}');
SELECT customer_workflow.create_workflow('Credit', 'customers', '{"allow_self_approval": true, "elements": [{"approval": {"name": "A", "steps": [{"name": "One", "assign_to": {"user": "gate_workflows_dba"}}]}}]}');
SELECT customer_workflow.activate_workflow('Credit', 2);
SELECT customer_workflow.activate_workflow('Credit', 3);
SELECT customer_workflow.activate_workflow('Debit', 1);
SELECT customer_workflow.activate_workflow('Credit', 1, 'perhaps');
SELECT * FROM versions;

-- Who approves sees all of it
SET SESSION AUTHORIZATION erp_owner;
SELECT field, original_value, proposed_value FROM customer_workflow.proposed_changes;
SELECT customer_workflow.reject(id, 'he would decide alone') FROM asked;
SET SESSION AUTHORIZATION gate_workflows_dba;
SELECT customer_workflow.activate_workflow('Credit', 1);
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.approve(max(id)) FROM asked;
-- It runs with the rights of who wrote it, not of who approved
SELECT * FROM versions;

SELECT customer_workflow.deactivate_workflow('Credit');
SELECT customer_workflow.drop_workflow_version('Credit', 2);
SELECT customer_workflow.drop_workflow_version('Credit', 1);
SELECT call, before, after FROM asked WHERE status = 'pending_approval';
SET SESSION AUTHORIZATION gate_workflows_dba;
SELECT customer_workflow.approve(id) FROM asked WHERE status = 'pending_approval' ORDER BY id;
SELECT * FROM versions;

-- Running proposals go to a new version only with it
SELECT customer_workflow.create_workflow('Credit', 'customers', '{"elements": [{"approval": {"name": "A", "steps": [{"name": "One", "assign_to": {"user": "bob"}}]}}]}');
SELECT customer_workflow.activate_workflow('Credit', 1, 'reroute');
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.approve(max(id)) FROM asked;
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE relation = 'customers'::regclass;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.activate_workflow('Credit', 3, 'reroute');
SELECT version, waiting_on FROM customer_workflow.proposals WHERE relation = 'customers'::regclass;
SET SESSION AUTHORIZATION gate_workflows_dba;
SELECT customer_workflow.approve(max(id)) FROM asked;
SELECT version, waiting_on FROM customer_workflow.proposals WHERE relation = 'customers'::regclass;
SELECT before - 'definition' AS before, after - 'definition' AS after FROM asked ORDER BY id DESC LIMIT 1;

-- Calendars and hierarchies belong to the whole database, and are gated as soon as one table is
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.set_calendar('plant', '{"time_zone": "UTC", "week": {"monday": [["08:00", "12:00"]]}}');
SELECT customer_workflow.set_hierarchy('staff', 'staff', 'person', 'boss');
SELECT relation, call, before, after FROM asked WHERE status = 'pending_approval';
SELECT customer_workflow.approve(id) FROM asked WHERE status = 'pending_approval' LIMIT 1;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.approve(id) FROM asked WHERE status = 'pending_approval' ORDER BY id;
SELECT name FROM customer_workflow.calendars;
SELECT name, relation FROM customer_workflow.hierarchies;
RESET SESSION AUTHORIZATION;
DROP ROLE gate_workflows_dba;
