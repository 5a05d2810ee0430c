-- Schema changes under open proposals: columns and tables are renamed in the middle of a running proposal, and the right column is written.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
SET client_min_messages = warning;
CREATE TABLE accounts (id int PRIMARY KEY, amount numeric, hold boolean, hold_reason text, city text, version int NOT NULL DEFAULT 1);
INSERT INTO accounts SELECT g, g, false, NULL, 'Bonn' FROM generate_series(1, 3) AS g;
GRANT SELECT, UPDATE ON accounts TO alice, dave;
SELECT customer_workflow.protect('accounts', '{amount, hold}', 'credit_managers',
    '{"companions": {"hold": ["hold_reason"]}, "bookkeeping": {"version": "old.version + 1"}, "record_label": "city"}');
SELECT customer_workflow.set_data_entity('dave', 'accounts', '{"fields": {"hold": "ignore_changes"}}');
SELECT customer_workflow.create_workflow('two steps', 'accounts', '{"elements": [{"approval": {"name": "Approval", "steps": [
    {"name": "First", "assign_to": {"role": "bob"}}, {"name": "Second", "assign_to": {"role": "carol"}, "when": "new.amount > 5"}]}}]}');
SELECT customer_workflow.activate_workflow('two steps', 1);
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET amount = 100, hold = true, hold_reason = 'late' WHERE id = 1;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(proposal) FROM customer_workflow.my_work_items;
RESET client_min_messages;

-- Columns change names, one takes the name that another had
SET SESSION AUTHORIZATION erp_owner;
ALTER TABLE accounts RENAME COLUMN hold TO on_hold;
ALTER TABLE accounts RENAME COLUMN city TO hold;
ALTER TABLE accounts RENAME COLUMN hold_reason TO why;
ALTER TABLE accounts RENAME COLUMN id TO number;
ALTER TABLE accounts RENAME TO debtors;
SELECT relation, record_key, field, original_value, proposed_value, conflict, status FROM customer_workflow.proposed_changes ORDER BY field;
SELECT DISTINCT options -> 'companions' AS companions, options -> 'record_label' AS label FROM customer_workflow.protected_fields;
SELECT options FROM customer_workflow.data_entities;
-- The history says what it said then
SELECT details -> 'changes' AS changes FROM customer_workflow.workflow_history WHERE kind = 'submitted';
-- An expression is a text that nobody rewrites
SELECT customer_workflow.configure('debtors', '{"record_label": "hold"}');

-- Who decides next writes the columns that were meant
SET SESSION AUTHORIZATION carol;
SELECT record_key, element, step FROM customer_workflow.my_work_items;
SELECT customer_workflow.approve(proposal) FROM customer_workflow.my_work_items;
SET SESSION AUTHORIZATION erp_owner;
SELECT * FROM debtors WHERE number = 1;

-- A condition is a text, too: the definition does not fit any more, and what runs in it waits for one that does
SET SESSION AUTHORIZATION alice;
SET client_min_messages = warning;
UPDATE debtors SET amount = 200 WHERE number = 2;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE status = 'not_submitted';
RESET client_min_messages;
SET SESSION AUTHORIZATION erp_owner;
ALTER TABLE debtors RENAME COLUMN amount TO credit;
SET SESSION AUTHORIZATION bob;
SELECT field, value FROM error_of('SELECT customer_workflow.approve(proposal) FROM customer_workflow.my_work_items') WHERE field IN ('sqlstate', 'message');
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.create_workflow('two steps', 'debtors', '{"elements": [{"approval": {"name": "Approval", "steps": [
    {"name": "First", "assign_to": {"role": "bob"}}, {"name": "Second", "assign_to": {"role": "carol"}, "when": "new.credit > 5"}]}}]}');
SELECT customer_workflow.activate_workflow('two steps', 2, running => 'reroute');
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(proposal) FROM customer_workflow.my_work_items;
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.approve(proposal) FROM customer_workflow.my_work_items;
SET SESSION AUTHORIZATION erp_owner;
SELECT number, credit FROM debtors ORDER BY number;

-- In maintenance it is the same
SET client_min_messages = warning;
UPDATE debtors SET on_hold = true WHERE number = 3;
RESET client_min_messages;
BEGIN;
SELECT customer_workflow.begin_maintenance('{debtors}', 'names');
ALTER TABLE debtors RENAME on_hold TO held;
UPDATE debtors SET held = true WHERE number = 2 RETURNING held;
COMMIT;
SELECT record_key, field, proposed_value FROM customer_workflow.proposed_changes WHERE status = 'not_submitted';
SELECT field FROM customer_workflow.protected_fields ORDER BY field;
