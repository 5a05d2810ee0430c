-- Options on_insert and on_delete: what conditions and texts of a workflow see of a record that comes or goes.
\set SHOW_CONTEXT never
SET customer_workflow.notices = off;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit}', options => '{"on_insert": "held", "on_delete": "propose"}');
SELECT customer_workflow.create_workflow('records', 'customers', '{
    "elements": [{"decision": {"name": "Which", "branches": [
        {"name": "Deletion", "when": "proposal.operation = ''delete''", "elements": [
            {"approval": {"name": "Delete", "steps": [{"name": "One", "assign_to": {"role": "credit_managers"}, "subject": "Delete {{old.name}}?"}]}}]},
        {"name": "New", "when": "proposal.operation = ''insert''", "elements": [
            {"approval": {"name": "Create", "automatic_action": {"when": "new.credit_limit <= 100 AND old.id IS NULL", "action": "approve"},
                          "steps": [{"name": "One", "assign_to": {"role": "credit_managers"}, "subject": "Create {{new.name}} with {{new.credit_limit}}?"}]}}]}],
        "otherwise": [{"approval": {"name": "Change", "automatic_action": {"when": "new.credit_limit - old.credit_limit <= 100", "action": "approve"},
                          "steps": [{"name": "One", "assign_to": {"role": "credit_managers"}}]}}]}}]}');
SELECT customer_workflow.activate_workflow('records', 1);
SET SESSION AUTHORIZATION alice;
INSERT INTO customers (id, name, credit_limit) VALUES (7, 'Small', 100), (8, 'Large', 101), (9, 'Unlimited', NULL);
UPDATE customers SET credit_limit = 1050 WHERE id = 1;
DELETE FROM customers WHERE id = 2;
SELECT proposal, outcome FROM customer_workflow.submit_many(ARRAY[1, 2, 3, 4, 5]);
SET SESSION AUTHORIZATION bob;
SELECT proposal, subject FROM customer_workflow.my_work_items;
SELECT proposal, outcome FROM customer_workflow.approve_many(ARRAY[2, 3, 5]);
SELECT id, name, credit_limit FROM customers ORDER BY id;
-- An existing record is no "old" of a record that is to be created under its key
SET SESSION AUTHORIZATION alice;
INSERT INTO customers (id, name, credit_limit) VALUES (10, 'Small', 100);
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('customers', '{"validate_on_submit": false}');
SELECT customer_workflow.disable('customers');
INSERT INTO customers (id, name) VALUES (10, 'There');
SELECT customer_workflow.enable('customers');
SET SESSION AUTHORIZATION alice;
SELECT field, value FROM error_of('SELECT customer_workflow.submit(6)') WHERE field <> 'hint';
