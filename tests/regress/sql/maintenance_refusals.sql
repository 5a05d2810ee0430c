-- begin_maintenance(): who may begin it, when, and what is said otherwise.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SET client_min_messages = warning;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
SELECT customer_workflow.grant_duty('customers', 'administrator', 'dave');

-- The owner, not an administrator, with a comment, on protected tables
SET SESSION AUTHORIZATION dave;
SELECT * FROM error_of($$SELECT customer_workflow.begin_maintenance('{customers}', 'by an administrator')$$);
SET SESSION AUTHORIZATION erp_owner;
SELECT * FROM error_of($$SELECT customer_workflow.begin_maintenance('{customers}', NULL)$$);
SELECT * FROM error_of($$SELECT customer_workflow.begin_maintenance('{customers}', E' \n')$$);
SELECT * FROM error_of($$SELECT customer_workflow.begin_maintenance('{}', 'nothing')$$);
SELECT * FROM error_of($$SELECT customer_workflow.begin_maintenance(NULL, 'nothing')$$);
SELECT * FROM error_of($$SELECT customer_workflow.begin_maintenance('{customers, NULL}', 'null')$$);
CREATE TABLE crm.notes (id int PRIMARY KEY);
SELECT * FROM error_of($$SELECT customer_workflow.begin_maintenance('{customers, crm.notes}', 'not protected')$$);

-- Not in a snapshot that may be too old to show every proposal
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT * FROM error_of($$SELECT customer_workflow.begin_maintenance('{customers}', 'repeatable')$$);
ROLLBACK;

-- Not in a function that runs with other rights than the session's, nor in a trigger
RESET SESSION AUTHORIZATION;
CREATE FUNCTION public.trap() RETURNS void LANGUAGE sql SECURITY DEFINER AS $$ SELECT customer_workflow.begin_maintenance('{customers}', 'a trap') $$;
ALTER FUNCTION public.trap() OWNER TO dave;
SET SESSION AUTHORIZATION erp_owner;
SELECT * FROM error_of('SELECT trap()');
CREATE FUNCTION crm.begin_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM customer_workflow.begin_maintenance('{customers}', 'a trigger'); RETURN NEW; END $$;
CREATE TRIGGER begin_it BEFORE INSERT ON crm.notes FOR EACH ROW EXECUTE FUNCTION crm.begin_it();
SELECT * FROM error_of('INSERT INTO crm.notes VALUES (1)');

-- Not in a function of a workflow, which runs as its owner in somebody else's transaction
CREATE FUNCTION crm.call_it(proposal bigint, relation regclass, old jsonb, new jsonb) RETURNS void LANGUAGE sql AS $$
    SELECT customer_workflow.begin_maintenance('{customers}', 'an automated task') $$;
SELECT customer_workflow.create_workflow('task', 'customers', '{"elements": [
    {"automated_task": {"name": "Task", "function": "crm.call_it"}},
    {"approval": {"name": "Approval", "steps": [{"name": "Managers", "assign_to": {"role": "credit_managers"}}]}}]}');
SELECT customer_workflow.activate_workflow('task', 1);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5 WHERE id = 1;
BEGIN;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals;
UPDATE customers SET credit_limit = 6 WHERE id = 2 RETURNING credit_limit;
COMMIT;
RESET SESSION AUTHORIZATION;
SELECT kind, comment, details FROM customer_workflow.workflow_history WHERE proposal IS NOT NULL AND kind <> 'submitted' ORDER BY at;
SELECT count(*) FROM customer_workflow.direct_changes;

-- Nor can it be prepared, to be committed by anybody
SET SESSION AUTHORIZATION erp_owner;
BEGIN;
SELECT customer_workflow.begin_maintenance('{customers}', 'in two phases');
UPDATE customers SET credit_limit = 7 WHERE id = 1;
PREPARE TRANSACTION 'maintenance_refusals';
\echo :SQLSTATE
SELECT credit_limit FROM customers WHERE id = 1;

-- What it keeps of itself nobody can write
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of('INSERT INTO customer_workflow.maintenance SELECT 1');
SELECT * FROM error_of($$SELECT customer_workflow._begin_maintenance('{customers}', 'directly')$$);
SELECT * FROM error_of('SELECT customer_workflow._end_maintenance()');
