-- Design 5, activate_workflow: running proposals keep the version that they started on, or with reroute start again on the new one.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit}');
SELECT customer_workflow.create_workflow('credit', 'customers', '{"elements": [{"approval": {"name": "Credit", "steps": [{"name": "Manager", "assign_to": {"role": "credit_managers"}}]}}]}');
SELECT customer_workflow.create_workflow('credit', 'customers', '{"elements": [{"approval": {"name": "Credit", "steps": [
    {"name": "Manager", "assign_to": {"role": "credit_managers"}}, {"name": "Dave", "assign_to": {"user": "role:dave"}}]}}]}');
SELECT customer_workflow.activate_workflow('credit', 1);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000;
SELECT proposal, outcome FROM customer_workflow.submit_many('{1,2}');

-- keep: the two that run need one approval, the one that is submitted now needs two.
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.activate_workflow('credit', 2);
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(3);
SELECT id, status, workflow, version, waiting_on FROM customer_workflow.proposals ORDER BY id;
SET SESSION AUTHORIZATION bob;
SELECT proposal, outcome FROM customer_workflow.approve_many('{1,3}');
SET SESSION AUTHORIZATION alice;
SELECT id, status, workflow, version, waiting_on FROM customer_workflow.proposals ORDER BY id;

-- reroute: who runs in another version starts again in this one; who runs in it already goes on.
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.activate_workflow('credit', 2, running => 'reroute');
SELECT id, status, workflow, version, waiting_on FROM customer_workflow.proposals ORDER BY id;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(2);
SET SESSION AUTHORIZATION dave;
SELECT proposal, outcome FROM customer_workflow.approve_many('{2,3}');
SET SESSION AUTHORIZATION erp_owner;
SELECT kind, person, element, step FROM customer_workflow.workflow_history WHERE proposal = 2 AND kind IN ('submitted', 'rerouted', 'approved', 'applied') ORDER BY at;
SELECT details -> 'version' AS version, details -> 'running' AS running FROM customer_workflow.workflow_history WHERE kind = 'activate_workflow' ORDER BY at;

-- What cannot start there goes on as it was, and the WARNING says so: alice may not decide her own change.
SELECT customer_workflow.create_workflow('credit', 'customers', '{"elements": [{"approval": {"name": "Credit", "steps": [{"name": "Alice", "assign_to": {"user": "role:alice"}}]}}]}');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 6000 WHERE id = 1;
SELECT customer_workflow.submit(4);
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.activate_workflow('credit', 3, running => 'reroute');
SELECT id, status, version, waiting_on FROM customer_workflow.proposals WHERE id = 4;

-- An end to the workflow ends no proposal.
SELECT customer_workflow.deactivate_workflow('credit');
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(4);
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.approve(4);
