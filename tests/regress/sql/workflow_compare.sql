-- Design 5, compare_workflows: what is different between two versions, by the names of elements and steps rather than by their places.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, bank_account}');
SELECT customer_workflow.create_workflow('credit', 'customers', '{"description": "Credit", "elements": [
    {"approval": {"name": "Credit", "steps": [
        {"name": "Manager", "assign_to": {"role": "credit_managers"}, "time_limit": {"days": 2}},
        {"name": "Board", "assign_to": {"role": "erp_owner"}}]}},
    {"approval": {"name": "Bank", "steps": [{"name": "Treasury", "assign_to": {"role": "dave"}}]}}]}');
SELECT customer_workflow.create_workflow('credit', 'customers', '{"when": "changed(''credit_limit'')", "elements": [
    {"approval": {"name": "Bank", "steps": [{"name": "Treasury", "assign_to": {"user": "role:dave"}}]}},
    {"approval": {"name": "Credit", "allowed_actions": ["approve", "reject", "request_change", "delegate"], "steps": [
        {"name": "Clerk", "assign_to": {"role": "carol"}},
        {"name": "Manager", "assign_to": {"role": "credit_managers"}, "completion_policy": "majority", "time_limit": {"days": 3}}]}}]}');
\pset format unaligned
SELECT * FROM customer_workflow.compare_workflows('credit', 1, 2);
SELECT * FROM customer_workflow.compare_workflows('credit', 2, 1) WHERE change = 'moved';
SELECT count(*) FROM customer_workflow.compare_workflows('credit', 2, 2);
SELECT * FROM error_of($$ SELECT customer_workflow.compare_workflows('credit', 1, 3) $$);
SELECT * FROM error_of($$ SELECT customer_workflow.compare_workflows('nothing', 1, 2) $$);
SELECT * FROM error_of($$ SELECT customer_workflow.compare_workflows('credit', NULL, 2) $$);
-- Whoever may SELECT from the table may look; to others there is no such workflow.
SET SESSION AUTHORIZATION carol;
SELECT count(*) > 0 AS seen FROM customer_workflow.compare_workflows('credit', 1, 2);
RESET SESSION AUTHORIZATION;
REVOKE SELECT ON customers FROM carol;
SET SESSION AUTHORIZATION carol;
SELECT * FROM error_of($$ SELECT customer_workflow.compare_workflows('credit', 1, 2) $$);
