-- Definitions: conditions, assignments and texts see what the role may see that activated the workflow, in rows and in columns, and never more.
\set SHOW_CONTEXT never
CREATE ROLE route_row_security_admin LOGIN;
SET SESSION AUTHORIZATION erp_owner;
ALTER TABLE customers ADD account_manager text;
UPDATE customers SET account_manager = 'dave';
GRANT SELECT (id, name, country, credit_limit, bank_account, account_manager) ON customers TO route_row_security_admin;
ALTER TABLE customers ENABLE ROW LEVEL SECURITY;
CREATE POLICY all_of_it ON customers TO alice, bob, carol, dave USING (true);
CREATE POLICY one ON customers TO route_row_security_admin USING (id = 1);
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
SELECT customer_workflow.grant_duty('customers', 'administrator', 'route_row_security_admin');
SET SESSION AUTHORIZATION route_row_security_admin;
SELECT customer_workflow.create_workflow('credit', 'customers', $${
  "elements": [{"approval": {"name": "Credit", "steps": [
     {"name": "Manager", "when": "old.name = 'Nobody'", "assign_to": {"role": "credit_managers"},
      "subject": "{{old.name}}/{{new.credit_limit}}/{{old.city}}/{{proposal.author}}/{{proposal.record}}"},
     {"name": "Last", "assign_to": {"user": "dave"}}]}}]}$$);
SELECT customer_workflow.activate_workflow('credit', 1);

-- Record 1 it sees: the condition is false. Of record 2 it sees nothing: the condition is null, and the step runs, with a text that shows nothing of it.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 7 WHERE id IN (1, 2);
SELECT r.outcome FROM customer_workflow.submit_many('{1,2}') AS r;
SELECT id, waiting_on FROM customer_workflow.proposals ORDER BY id;
SET SESSION AUTHORIZATION bob;
SELECT proposal, subject FROM customer_workflow.my_work_items;
SET SESSION AUTHORIZATION route_row_security_admin;
SELECT proposal, subject FROM customer_workflow.work_items WHERE subject ~ 'Beta|2000|Bonn';

-- A field that names the person: in a row that it does not see, nobody.
SELECT customer_workflow.create_workflow('credit', 'customers', $${
  "elements": [{"approval": {"name": "Credit", "steps": [{"name": "Account manager", "assign_to": {"field": "account_manager"}, "subject": "{{old.name}} {{old.city}}|"}]}}]}$$);
SELECT customer_workflow.activate_workflow('credit', 2);
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.recall(id) FROM customer_workflow.proposals ORDER BY id;
SELECT r.outcome, r.sqlstate, r.message FROM customer_workflow.submit_many('{1,2}') AS r;
-- a column that it may not SELECT shows nothing
SET SESSION AUTHORIZATION dave;
SELECT proposal, subject FROM customer_workflow.my_work_items;
-- and cannot be asked for
SET SESSION AUTHORIZATION route_row_security_admin;
SELECT path, message FROM customer_workflow.validate_workflow('{"elements": [{"approval": {"name": "Credit", "when": "new.city = ''Bonn''", "steps": [{"name": "One", "assign_to": {"user": "dave"}}]}}]}', 'customers');
SELECT path, message FROM customer_workflow.validate_workflow('{"elements": [{"approval": {"name": "Credit", "steps": [{"name": "One", "assign_to": {"field": "city"}}]}}]}', 'customers');
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.approve(1);
SELECT credit_limit FROM customers WHERE id = 1;

-- A function of an automated task sees what that role sees.
RESET SESSION AUTHORIZATION;
GRANT CREATE ON SCHEMA crm TO route_row_security_admin;
SET SESSION AUTHORIZATION route_row_security_admin;
CREATE FUNCTION crm.look(proposal bigint, relation regclass, record_key jsonb, changes jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE NOTICE 'sees %', (SELECT array_agg(id ORDER BY id) FROM customers);
END $$;
SELECT customer_workflow.create_workflow('credit', 'customers', $${
  "elements": [{"automated_task": {"name": "Look", "function": "crm.look"}}, {"approval": {"name": "Credit", "steps": [{"name": "One", "assign_to": {"user": "dave"}}]}}]}$$);
SELECT customer_workflow.activate_workflow('credit', 3);
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(2);

-- Values that cannot be written: who may not read the row is not shown it, also where an automatic action decides.
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('customers', '{"validate_on_submit": false}');
SELECT customer_workflow.create_workflow('credit', 'customers', $${
  "elements": [{"approval": {"name": "Credit", "automatic_action": {"when": "proposal.fields = '{credit_limit}'", "action": "approve"}, "steps": [{"name": "One", "assign_to": {"user": "dave"}}]}}]}$$);
SELECT customer_workflow.activate_workflow('credit', 4);
REVOKE SELECT ON customers FROM alice;
GRANT SELECT (id) ON customers TO alice;
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.propose('customers', '{"id": 3}', '{"credit_limit": -1}') AS p \gset
SELECT * FROM error_of(format('SELECT customer_workflow.submit(%s)', :p));
