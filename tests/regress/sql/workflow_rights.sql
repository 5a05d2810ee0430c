-- Who may configure workflows: the owner of the table and its administrators; what a version may do later is what the role may that activates it.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
\set definition '{"elements": [{"approval": {"name": "A", "steps": [{"name": "a", "assign_to": {"role": "credit_managers"}}]}}]}'
SELECT customer_workflow.create_workflow('credit', 'customers', :'definition');

-- Others may look, and nothing else.
SET SESSION AUTHORIZATION alice;
SELECT name, version, active FROM customer_workflow.workflows WHERE name = 'credit';
SELECT e.* FROM unnest(ARRAY['create_workflow(''mine'', ''customers'', ''{}'')', 'validate_workflow(''{}'', ''customers'')', 'activate_workflow(''credit'', 1)',
    'deactivate_workflow(''credit'')', 'drop_workflow_version(''credit'', 1)']) AS call, error_of('SELECT customer_workflow.' || call) AS e WHERE e.field IN ('sqlstate', 'message');
SELECT * FROM error_of($$ SELECT customer_workflow.activate_workflow('nothing', 1) $$);

-- An administrator may.
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.grant_duty('customers', 'administrator', 'dave');
SELECT customer_workflow.grant_duty('customers', 'administrator', 'person:maria');
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.activate_workflow('credit', 1);
SELECT activated_by, activated_role FROM customer_workflow.workflows WHERE name = 'credit';
SELECT * FROM error_of($$ SELECT customer_workflow.activate_workflow('credit', 1, 'stop') $$);

-- A person behind an application role writes versions, and leaves it to a role to activate them: his pooled role lends him no rights.
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.set_application_role('erp');
SET SESSION AUTHORIZATION erp;
BEGIN;
SELECT customer_workflow.act_as('maria');
SELECT customer_workflow.create_workflow('credit', 'customers', :'definition');
SELECT * FROM error_of($$ SELECT customer_workflow.activate_workflow('credit', 2) $$);
SELECT customer_workflow.deactivate_workflow('credit');
SELECT version, active, created_by FROM customer_workflow.workflows WHERE name = 'credit';
COMMIT;

-- Privileges on what a version names are those of who activates it: dave may not call this function, nor read this column.
SET SESSION AUTHORIZATION erp_owner;
CREATE FUNCTION crm.secret(proposal bigint, relation regclass, record_key jsonb, changes jsonb) RETURNS void LANGUAGE sql AS $$ SELECT $$;
REVOKE EXECUTE ON FUNCTION crm.secret FROM PUBLIC;
REVOKE SELECT ON customers FROM dave;
GRANT SELECT (id, credit_limit) ON customers TO dave;
\set definition '{"elements": [{"approval": {"name": "A", "steps": [{"name": "a", "assign_to": {"field": "payment_terms"}}]}}, {"automated_task": {"name": "B", "function": "crm.secret"}}]}'
SELECT customer_workflow.create_workflow('secret', 'customers', :'definition');
SET SESSION AUTHORIZATION dave;
SELECT path, message FROM customer_workflow.validate_workflow(:'definition', 'customers');
SELECT * FROM error_of($$ SELECT customer_workflow.activate_workflow('secret', 1) $$);
-- A superuser who activates lends no more than the rights with which approved values are written.
RESET SESSION AUTHORIZATION;
CREATE FUNCTION public.for_superusers(proposal bigint, relation regclass, record_key jsonb, changes jsonb) RETURNS void LANGUAGE sql AS $$ SELECT $$;
REVOKE EXECUTE ON FUNCTION for_superusers FROM PUBLIC;
SELECT path, message FROM customer_workflow.validate_workflow('{"elements": [{"approval": {"name": "A", "steps": [{"name": "a", "assign_to": {"role": "credit_managers"}}]}},
    {"automated_task": {"name": "B", "function": "public.for_superusers"}}]}', 'customers');
SELECT customer_workflow.activate_workflow('secret', 1);
SELECT name, version, active, activated_role FROM customer_workflow.workflows WHERE name = 'secret';
