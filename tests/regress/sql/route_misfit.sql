-- CW008: a running proposal whose definition does not fit any more says so, can still be sent back, and can be rerouted.
\set SHOW_CONTEXT never
CREATE ROLE route_misfit_board;
GRANT route_misfit_board TO dave;
CREATE ROLE route_misfit_admin LOGIN;
GRANT SELECT (id, credit_limit, city) ON customers TO route_misfit_admin;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, bank_account}');
SELECT customer_workflow.grant_duty('customers', 'administrator', 'route_misfit_admin');
SELECT customer_workflow.create_workflow('credit', 'customers', $${
  "elements": [
    {"approval": {"name": "Credit", "steps": [
      {"name": "Manager", "assign_to": {"role": "credit_managers"}},
      {"name": "Board", "when": "new.city is null or new.city <> 'Rom'", "assign_to": {"role": "route_misfit_board"}}]}}
  ]}$$);
SET SESSION AUTHORIZATION route_misfit_admin;
SELECT customer_workflow.activate_workflow('credit', 1);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
UPDATE customers SET credit_limit = 6000 WHERE id = 2;
UPDATE customers SET credit_limit = 7000 WHERE id = 3;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals ORDER BY id;

-- The role of the second step is dropped while the first one waits.
RESET SESSION AUTHORIZATION;
DROP ROLE route_misfit_board;
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of('SELECT customer_workflow.approve(1)');
SELECT r.outcome, r.sqlstate, r.message FROM customer_workflow.approve_many('{1,2}') AS r;
SELECT proposal, step FROM customer_workflow.my_work_items ORDER BY proposal;
-- what needs nobody else is possible
SELECT customer_workflow.reject(3, 'no');
SELECT status FROM customer_workflow.proposals WHERE id = 3;

-- A column that its condition reads is dropped.
SET SESSION AUTHORIZATION erp_owner;
ALTER TABLE customers DROP COLUMN city;
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of('SELECT customer_workflow.approve(1)');

-- An administrator mends the workflow and starts what runs anew, without losing anything of the history.
SET SESSION AUTHORIZATION route_misfit_admin;
SELECT customer_workflow.create_workflow('credit', 'customers', $${
  "elements": [{"approval": {"name": "Credit", "steps": [{"name": "Manager", "assign_to": {"role": "credit_managers"}}]}}]}$$);
SELECT customer_workflow.activate_workflow('credit', 2);
SELECT id, workflow, version, waiting_on FROM customer_workflow.proposals WHERE status = 'pending_approval' ORDER BY id;
SELECT digest AS before FROM customer_workflow.proposals WHERE id = 1 \gset
SELECT customer_workflow.reroute(1, 'the board is gone');
SELECT id, version, waiting_on, digest = :'before' AS same_digest FROM customer_workflow.proposals WHERE id = 1;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1);
RESET SESSION AUTHORIZATION;
SELECT kind, person, element, step, comment FROM customer_workflow.workflow_history WHERE proposal = 1 AND kind NOT IN ('proposed', 'submitted') ORDER BY at;

-- The role that activated it is gone: there is nobody with whose rights its conditions could be asked.
SET SESSION AUTHORIZATION route_misfit_admin;
SELECT customer_workflow.create_workflow('credit', 'customers', $${
  "elements": [{"approval": {"name": "Credit", "steps": [
      {"name": "Manager", "assign_to": {"role": "credit_managers"}},
      {"name": "Dave", "when": "new.credit_limit > 1", "assign_to": {"user": "dave"}}]}}]}$$);
SELECT customer_workflow.activate_workflow('credit', 3, running => 'reroute');
SELECT id, version FROM customer_workflow.proposals WHERE id = 2;
RESET SESSION AUTHORIZATION;
REVOKE ALL ON customers FROM route_misfit_admin;
DROP ROLE route_misfit_admin;
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of('SELECT customer_workflow.approve(2)');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 8000 WHERE id = 1;
SELECT max(id) AS p FROM customer_workflow.proposals \gset
SELECT * FROM error_of(format('SELECT customer_workflow.submit(%s)', :p));
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.activate_workflow('credit', 3, running => 'reroute');
SELECT customer_workflow.reroute(2);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(2);
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.approve(2);
SELECT id, credit_limit FROM customers ORDER BY id;
