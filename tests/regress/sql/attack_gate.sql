-- Attack on option gate_configuration: one administrator, however he turns, loosens no rule alone.
\set SHOW_CONTEXT never
\pset null ~
CREATE ROLE attack_gate_mallory LOGIN;
CREATE ROLE attack_gate_friend LOGIN;
CREATE ROLE attack_gate_other LOGIN;
CREATE ROLE attack_gate_pool LOGIN;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
SELECT customer_workflow.grant_duty('customers', 'administrator', u) FROM unnest('{attack_gate_mallory,attack_gate_other}'::text[]) AS u;
SELECT customer_workflow.grant_duty('customers', 'steward', 'attack_gate_mallory');
SELECT customer_workflow.set_application_role('attack_gate_pool');
SELECT customer_workflow.grant_duty('customers', 'administrator', 'person:mallory');
GRANT attack_gate_mallory TO attack_gate_pool;
GRANT attack_gate_other TO attack_gate_mallory;
-- what waits for the other one goes to him: but not his own changes
SELECT customer_workflow.create_delegation('attack_gate_other', 'attack_gate_mallory', '2026-01-01', 'infinity');
SELECT customer_workflow.configure('customers', '{"gate_configuration": true}');
GRANT CREATE ON SCHEMA public TO attack_gate_mallory;
GRANT SELECT, UPDATE ON customers TO attack_gate_mallory;
CREATE VIEW public.rules AS
SELECT t.enabled, t.approvers, t.options, t.search_path, (SELECT array_agg(d.duty || ' ' || d.person ORDER BY 1) FROM customer_workflow.duty AS d WHERE d.table_id = t.id) AS duties
  FROM customer_workflow.protected_table AS t WHERE t.relation = 'customers'::regclass;
CREATE TABLE public.before AS SELECT * FROM rules;
CREATE VIEW public.asked AS SELECT id, author, call, status FROM customer_workflow.configuration_proposals;
GRANT SELECT ON asked TO PUBLIC;

\c - attack_gate_mallory
CREATE FUNCTION try(statement text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(e.value, ': ' ORDER BY e.field DESC) FROM public.error_of(statement) AS e WHERE e.field IN ('sqlstate', 'message', 'none')
$$;
SET client_min_messages = warning;
SELECT customer_workflow.disable('customers');
-- His own proposal, by every verb
SELECT s AS statement, try(s) FROM unnest(ARRAY[
    'SELECT customer_workflow.approve(1)',
    'SELECT customer_workflow.approve(1, work_item => (SELECT min(w.work_item) FROM customer_workflow.work_items AS w))',
    'SELECT outcome, sqlstate FROM customer_workflow.approve_many(''{1}'', all_or_nothing => true)',
    'SELECT customer_workflow.delegate(1, ''attack_gate_friend'')',
    'SELECT customer_workflow.override_apply(1, ''now'')',
    'SELECT customer_workflow.reroute(1)',
    'SELECT customer_workflow.complete_task(1)',
    'SELECT customer_workflow.process_deadlines(as_of => ''infinity'')',
    'UPDATE customer_workflow.proposals SET status = ''applied''',
    'SET ROLE attack_gate_other; SELECT customer_workflow.approve(1)']) AS s;
SELECT outcome, sqlstate, message FROM customer_workflow.reassign('{1,2,3}', 'attack_gate_friend', 'x');
-- Given to him by the other one
\c - attack_gate_other
SELECT customer_workflow.delegate(1, 'attack_gate_mallory');
\c - attack_gate_mallory
SET client_min_messages = warning;
SELECT proposal, allowed_actions FROM customer_workflow.my_work_items;
-- As another role, in another's function, behind a pool, in a change set: he stays who he is
SET ROLE attack_gate_other;
SELECT customer_workflow.approve(1);
RESET ROLE;
BEGIN;
SELECT customer_workflow.begin_change_set('all at once');
SELECT customer_workflow.configure('customers', '{"overlap": "reject"}');
UPDATE customers SET credit_limit = 1 WHERE id = 1;
COMMIT;
SELECT id, author, status FROM asked ORDER BY id;
SELECT proposals FROM customer_workflow.change_sets;
\c - attack_gate_pool
SET client_min_messages = warning;
SET ROLE attack_gate_mallory;
SELECT customer_workflow.approve(1);
RESET ROLE;
BEGIN;
SELECT customer_workflow.act_as('mallory');
SELECT customer_workflow.disable('customers');
SELECT customer_workflow.approve(max(id)) FROM asked;
ROLLBACK;

-- What is inside: nothing that opens the gate is his
\c - attack_gate_mallory
SET client_min_messages = warning;
SELECT s AS statement, try(s) FROM unnest(ARRAY[
    'SELECT customer_workflow._gate_open(''disable'', NULL, NULL, NULL)',
    'SELECT customer_workflow._gate_open(''disable'', 1, ''role:dave'', ''{role:dave}'')',
    'SELECT customer_workflow._gate_enter(''disable'')',
    'SELECT customer_workflow._gate_close()',
    'SELECT customer_workflow._write_configuration(''{1}'')',
    'SELECT customer_workflow._gated(''disable'', ''customers'', ''{}'')',
    'SELECT customer_workflow._propose_configuration(''disable'', 1, ''SELECT 1'', NULL, NULL, NULL)',
    'SELECT customer_workflow._set_enabled(''customers'', false, NULL, NULL)',
    'SELECT customer_workflow._configure_company(''customers'', ''{}'', ''DE'')',
    'SELECT customer_workflow._may_maintain(''{customers}'', ''x'')',
    'INSERT INTO customer_workflow.configuration_proposal VALUES (99, 1, ''disable'')',
    'UPDATE customer_workflow.change SET proposed = ''SELECT 1''',
    'LOCK TABLE customer_workflow.configuration_proposal']) AS s;
-- protect() without its wrapper is gated as well
SELECT customer_workflow._protect('customers', '{credit_limit}', 'role:attack_gate_friend', '{}', '{public}', NULL);
SELECT call FROM asked ORDER BY id DESC LIMIT 1;

-- The table of these proposals is nobody's to configure, not even a superuser's, nor are its groups
\c - postgres
SET client_min_messages = warning;
CREATE FUNCTION root_tries(statement text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(e.value, ': ' ORDER BY e.field DESC) FROM public.error_of(statement) AS e WHERE e.field IN ('sqlstate', 'message', 'none')
$$;
SELECT s AS statement, root_tries(format(s, 'customer_workflow.configuration_proposal')) FROM unnest(ARRAY[
    'SELECT customer_workflow.protect(%L, ''{id}'')',
    'SELECT customer_workflow.unprotect(%L, ''{*}'')',
    'SELECT customer_workflow.configure(%L, ''{"conflict": "overwrite"}'')',
    'SELECT customer_workflow.disable(%L)',
    'SELECT customer_workflow.grant_duty(%L, ''override'', ''attack_gate_friend'')',
    'SELECT customer_workflow.set_data_entity(''import'', %L)',
    'SELECT customer_workflow.create_workflow(''Self'', %L, ''{"allow_self_approval": true, "elements": []}'')',
    'SELECT customer_workflow.begin_maintenance(''{%s}'', ''x'')',
    'SELECT customer_workflow.add_group_member(''administrators of table 1'', ''attack_gate_friend'')']) AS s;
-- A superuser does not approve his own either
SELECT customer_workflow.configure('customers', '{"conflict": "overwrite"}');
SELECT customer_workflow.approve(max(id)) FROM asked;

-- In one transaction: protected anew, turned off and on, rolled back to a savepoint
\c - attack_gate_mallory
SET client_min_messages = warning;
BEGIN;
SELECT customer_workflow.configure('customers', '{"gate_configuration": null}');
SELECT customer_workflow.unprotect('customers', '{*}', cancel_open => true);
SELECT customer_workflow.protect('customers', '{credit_limit}', 'attack_gate_friend', '{"gate_configuration": true}');
SAVEPOINT s;
SELECT customer_workflow.configure('customers', '{"overlap": "perhaps"}');
ROLLBACK TO s;
SELECT customer_workflow.disable('customers');
COMMIT;
-- It is as it was
\c - postgres
SET client_min_messages = warning;
SELECT * FROM public.before EXCEPT SELECT * FROM rules;

-- A call that another one approves runs with its author's rights and in his name, and carries nothing else with it
\c - attack_gate_mallory
SELECT customer_workflow.configure('customers', '{"apply_as": "postgres"}');
SELECT customer_workflow.configure('customers', '{"record_label": "name || pg_sleep(0)"}');
SELECT customer_workflow.grant_duty('customers', 'steward', 'x''); SELECT customer_workflow.disable(''customers''); --');
SELECT customer_workflow.grant_duty('customers', 'steward', 'person:x''), customer_workflow.disable(''customers''); --');
SELECT call FROM asked ORDER BY id DESC LIMIT 1;
\c - attack_gate_other
SELECT customer_workflow.approve(max(id)) FROM asked;
\c - postgres
SELECT enabled FROM rules;
SELECT duty, person FROM customer_workflow.duty WHERE person LIKE 'person:x%';
-- one call was done, and no other
SELECT count(*) FROM customer_workflow.history WHERE details ? 'configuration_proposal';

DROP OWNED BY attack_gate_mallory;
DROP ROLE attack_gate_other, attack_gate_mallory, attack_gate_friend, attack_gate_pool;
