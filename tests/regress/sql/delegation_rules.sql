-- create_delegation(), end_delegation() and the view delegations: standing rules, who may make them, and who sees them.
\set SHOW_CONTEXT never
SET timezone = 'UTC';
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
SELECT customer_workflow.grant_duty('customers', 'administrator', 'dave');
SELECT customer_workflow.grant_duty('customers', 'auditor', 'import');

-- A person delegates his own work, the administrator of a table that of its people, the owner of the database everybody's
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.create_delegation('bob', 'carol', '2026-01-01', '2100-01-01');
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.create_delegation('carol', 'person:maria', '2090-01-01', 'infinity', '{"relation": "public.customers"}');
SELECT customer_workflow.create_delegation('carol', 'person:maria', '2090-01-01', 'infinity');
\echo :SQLSTATE
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.create_delegation('carol', 'alice', '2090-01-01', 'infinity', '{"relation": "public.customers"}');
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.create_delegation('role:alice', 'dave', '2090-01-01', '2091-01-01', '{"workflow": "built_in"}', open_items => false);

-- Each sees those that are about him; the auditor of a table what moves its work
SELECT id, delegator, delegate_to, starts, ends, relation, workflow, active, created_by, ended_at FROM customer_workflow.delegations ORDER BY id;
SET SESSION AUTHORIZATION carol;
SELECT id, delegator, delegate_to FROM customer_workflow.delegations ORDER BY id;
SET SESSION AUTHORIZATION import;
SELECT id, delegator, delegate_to FROM customer_workflow.delegations ORDER BY id;
SET SESSION AUTHORIZATION erp;
SELECT id, delegator, delegate_to FROM customer_workflow.delegations ORDER BY id;

-- They end before their time by who may make them, not by who got the work; what he does not see does not exist for him
SELECT customer_workflow.end_delegation(1);
\echo :SQLSTATE
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.end_delegation(1);
\echo :SQLSTATE
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.end_delegation(1);
SELECT customer_workflow.end_delegation(1);
\echo :SQLSTATE
SELECT customer_workflow.end_delegation(NULL);
\echo :SQLSTATE
SELECT id, active, ended_at IS NOT NULL AS ended FROM customer_workflow.delegations ORDER BY id;
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.end_delegation(2);

-- On record
RESET SESSION AUTHORIZATION;
SELECT kind, person, details FROM customer_workflow.workflow_history WHERE kind ~ 'delegation' ORDER BY at;
