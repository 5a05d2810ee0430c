-- Design 5, workflow_diagram: a version as a Mermaid flowchart, and where a proposal stands in it.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, bank_account}', 'credit_managers');
SELECT customer_workflow.create_workflow('credit', 'customers', '{"elements": [
    {"approval": {"name": "Credit", "steps": [
        {"name": "Manager", "assign_to": {"role": "credit_managers"}},
        {"name": "Board", "assign_to": {"role": "dave"}}]}},
    {"parallel": {"branches": [
        {"name": "bank", "elements": [{"task": {"name": "Call back", "assign_to": {"role": "dave"}}}]},
        {"elements": []}]}}]}');
SELECT customer_workflow.create_workflow('credit', 'customers', '{"elements": [{"approval": {"name": "A", "steps": [{"name": "a", "assign_to": {"role": "credit_managers"}}]}}]}');
\pset format unaligned
\pset tuples_only on
-- without version the active one, or else the newest
SELECT customer_workflow.workflow_diagram('credit');
SELECT customer_workflow.activate_workflow('credit', 1);
SELECT customer_workflow.workflow_diagram('credit');
SELECT customer_workflow.workflow_diagram('credit') = customer_workflow.workflow_diagram('credit', 1) AS same;

-- with a proposal: what is approved, and where it stands
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 200000 WHERE id = 1;
SELECT id AS p FROM customer_workflow.proposals \gset
SELECT * FROM error_of(format('SELECT customer_workflow.workflow_diagram(''credit'', proposal => %s)', :p));
SELECT customer_workflow.submit(:p);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(:p);
SET SESSION AUTHORIZATION alice;
SELECT substring(customer_workflow.workflow_diagram('credit', proposal => :p) FROM 'classDef approved.*');
SELECT * FROM error_of(format('SELECT customer_workflow.workflow_diagram(''credit'', 2, %s)', :p));
SELECT * FROM error_of($$ SELECT customer_workflow.workflow_diagram('credit', proposal => 99) $$);
SELECT * FROM error_of($$ SELECT customer_workflow.workflow_diagram('credit', 3) $$);
SELECT * FROM error_of($$ SELECT customer_workflow.workflow_diagram('nothing') $$);

-- Who sees the proposal and does not act in it sees the workflow without marks; who sees nothing of the table sees no workflow.
SET SESSION AUTHORIZATION import;
SELECT customer_workflow.workflow_diagram('credit', proposal => :p) = customer_workflow.workflow_diagram('credit') AS unmarked;
RESET SESSION AUTHORIZATION;
REVOKE SELECT ON customers FROM import;
SET SESSION AUTHORIZATION import;
SELECT * FROM error_of($$ SELECT customer_workflow.workflow_diagram('credit') $$);

-- The built-in workflow is one for each table.
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.workflow_diagram('built_in');
