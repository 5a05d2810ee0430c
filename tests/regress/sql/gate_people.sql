-- Option gate_configuration: duties, groups, application roles, and standing delegations.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
SELECT customer_workflow.grant_duty('customers', 'administrator', 'dave');
SELECT customer_workflow.add_group_member('board', 'bob');
SELECT customer_workflow.configure('customers', '{"gate_configuration": true}');
CREATE VIEW public.asked AS SELECT id, author, relation, subject, call, before, after, status FROM customer_workflow.configuration_proposals;
GRANT SELECT ON asked TO PUBLIC;

SET SESSION AUTHORIZATION dave;
\pset null ~
SELECT customer_workflow.grant_duty('customers', 'override', 'dave');
SELECT customer_workflow.grant_duty('customers', 'steward', 'group:board');
SELECT customer_workflow.revoke_duty('customers', 'administrator', 'dave');
SELECT * FROM customer_workflow.duties;

-- Groups and application roles are for all tables: one that is gated is enough
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.add_group_member('board', 'carol');
SELECT customer_workflow.remove_group_member('board', 'bob');
SELECT customer_workflow.set_application_role('erp');
SELECT customer_workflow.add_group_member('administrators of table 1', 'carol');
SELECT customer_workflow.add_group_member('group:administrators of the database', 'carol');
SELECT author, relation, subject, call, before, after FROM asked;
TABLE customer_workflow.group_member;

-- The owner of a gated table approves both kinds: he may configure every table that is gated
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.approve(id) FROM asked WHERE status = 'pending_approval' AND call !~ 'override' ORDER BY id;
RESET SESSION AUTHORIZATION;
TABLE customer_workflow.group_member;
SELECT role, person_required FROM customer_workflow.application_role;
SELECT * FROM customer_workflow.duties;
-- Who had lost the duty meanwhile configures nothing any more
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.approve(id) FROM asked WHERE status = 'pending_approval';
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.approve(id) FROM asked WHERE status = 'pending_approval';
SELECT customer_workflow.cancel(id) FROM asked WHERE status = 'pending_approval';

-- A standing rule is a proposal of who makes it, also about his own work: what is urgent he gives away by delegate()
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.create_delegation('bob', 'alice', '2026-01-01', 'infinity', '{"relation": "public.customers"}');
SELECT customer_workflow.create_delegation('bob', 'alice', '2026-01-01', 'infinity');
SELECT subject, call, before, after, status FROM asked ORDER BY id;
SELECT count(*) FROM customer_workflow.delegations;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.create_delegation('carol', 'erp_owner', '2026-01-01', 'infinity', '{"relation": "public.customers"}');
SET timezone = 'Asia/Tokyo';
SELECT customer_workflow.approve(id) FROM asked WHERE author = 'bob' ORDER BY id;
SELECT id, delegator, delegate_to, relation, created_by FROM customer_workflow.delegations;
-- What others end needs two; he takes back alone what was his
SELECT customer_workflow.end_delegation(id) FROM customer_workflow.delegations WHERE relation IS NOT NULL;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.end_delegation(id) FROM customer_workflow.delegations WHERE relation IS NULL;
SELECT delegator, delegate_to, relation, ended_at IS NULL AS lasts FROM customer_workflow.delegations;
RESET SESSION AUTHORIZATION;
SELECT call, before, status FROM asked WHERE author = 'erp_owner' ORDER BY id;
SELECT customer_workflow.approve(id) FROM asked WHERE status = 'pending_approval' ORDER BY id;
SELECT delegator, delegate_to, relation, ended_at IS NULL AS lasts FROM customer_workflow.delegations;
