-- Design 5, create_workflow: a definition becomes the next version of a workflow; exactly one version is active, and a number never comes back.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, bank_account}');
\set one '{"description": "A manager", "elements": [{"approval": {"name": "Credit", "steps": [{"name": "Manager", "assign_to": {"role": "credit_managers"}}]}}]}'
\set two '{"description": "Two managers", "elements": [{"approval": {"name": "Credit", "steps": [{"name": "Managers", "assign_to": {"role": "credit_managers"}, "completion_policy": {"count": 2}}]}}]}'
SELECT customer_workflow.create_workflow('credit', 'customers', :'one');
SELECT customer_workflow.create_workflow('credit', 'customers', :'two', priority => 10);
SELECT name, relation, version, active, priority, description, created_by, activated_by FROM customer_workflow.workflows;

-- Activating one version ends the other; its priority becomes that of the workflow. Its conditions will run as erp_owner.
SELECT customer_workflow.activate_workflow('credit', 1);
SELECT customer_workflow.activate_workflow('credit', 2);
SELECT version, active, priority, activated_by, activated_role FROM customer_workflow.workflows WHERE name = 'credit';
SELECT customer_workflow.create_workflow('credit', 'customers', :'one');

-- An active version stays, and so does one that an open proposal runs in.
SELECT * FROM error_of($$ SELECT customer_workflow.drop_workflow_version('credit', 2) $$);
SELECT customer_workflow.activate_workflow('credit', 1);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.activate_workflow('credit', 2);
SELECT workflow, version, status FROM customer_workflow.proposals;
SELECT * FROM error_of($$ SELECT customer_workflow.drop_workflow_version('credit', 1) $$);
SELECT customer_workflow.cancel(id) FROM customer_workflow.proposals;
SELECT customer_workflow.drop_workflow_version('credit', 1);
SELECT version, active FROM customer_workflow.workflows WHERE name = 'credit';

-- Without an active version, and without approvers, nothing can be submitted.
SELECT customer_workflow.deactivate_workflow('credit');
SELECT customer_workflow.deactivate_workflow('credit');
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
SELECT name, version, active FROM customer_workflow.workflows;

-- With its last version the workflow is gone; a version that is made later has another number than any before it.
SELECT customer_workflow.drop_workflow_version('credit', 2);
SELECT customer_workflow.drop_workflow_version('credit', 3);
SELECT * FROM error_of($$ SELECT customer_workflow.deactivate_workflow('credit') $$);
SELECT customer_workflow.create_workflow('credit', 'customers', :'one');
SELECT * FROM error_of($$ SELECT customer_workflow.activate_workflow('credit', 1) $$);

-- An active workflow takes the place of the built-in one.
SELECT customer_workflow.activate_workflow('credit', 4);
SELECT name, version, active FROM customer_workflow.workflows;

-- All of it is in the history, definitions included.
\pset format unaligned
SELECT kind, person, details - 'definition' AS details, details -> 'definition' ->> 'description' AS description
  FROM customer_workflow.workflow_history WHERE kind ~ 'workflow' ORDER BY at;
