-- Definitions, for_each_change: a route for each field, at the same time; all join. A field without a route goes otherwise, or is refused.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms, bank_account, city}');
\set of '{"elements": [{"for_each_change": {"name": "By field", "routes": [{"name": "credit", "fields": ["credit_limit", "payment_terms"], "elements": [{"approval": {"name": "Finance", "steps": [{"name": "Manager", "assign_to": {"role": "credit_managers"}}]}}]}, {"name": "bank", "fields": ["bank_account"], "elements": [{"approval": {"name": "Treasury", "steps": [{"name": "Dave", "assign_to": {"user": "dave"}}]}}]}]}}]}'
SELECT customer_workflow.create_workflow('fields', 'customers', :'of');
SELECT customer_workflow.activate_workflow('fields', 1);

-- Two fields of one route are one approval; the values of all are written together, with the last.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000, payment_terms = 'N60' WHERE id = 1;
UPDATE customers SET credit_limit = 6000, bank_account = 'DE99' WHERE id = 2;
UPDATE customers SET bank_account = 'DE98', city = 'Rom' WHERE id = 3;
SELECT customer_workflow.submit(1);
SELECT customer_workflow.submit(2);
SELECT * FROM error_of('SELECT customer_workflow.submit(3)');
SELECT id, status, waiting_on FROM customer_workflow.proposals ORDER BY id;
SET SESSION AUTHORIZATION bob;
SELECT r.outcome FROM customer_workflow.approve_many('{1,2}') AS r;
SELECT id, credit_limit, payment_terms, bank_account FROM customers WHERE id < 3 ORDER BY id;
SET SESSION AUTHORIZATION dave;
SELECT proposal, element, step FROM customer_workflow.my_work_items;
SELECT customer_workflow.approve(2);
SELECT id, credit_limit, payment_terms, bank_account FROM customers WHERE id = 2;

-- otherwise: fields that no route has
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.create_workflow('fields', 'customers', jsonb_set(:'of', '{elements,0,for_each_change,otherwise}',
    '[{"approval": {"name": "Rest", "steps": [{"name": "Import", "assign_to": {"user": "import"}}]}}]'));
SELECT customer_workflow.activate_workflow('fields', 2);
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(3);
SELECT waiting_on FROM customer_workflow.proposals WHERE id = 3;

-- A rejection on one route rejects the whole proposal. With changed_only the other routes keep their approvals.
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.reject(3, 'no such bank');
SELECT status, waiting_on FROM customer_workflow.proposals WHERE id = 3;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.create_workflow('fields', 'customers', definition || '{"resubmission": "changed_only"}') FROM customer_workflow.workflows WHERE name = 'fields' AND version = 2;
SELECT customer_workflow.activate_workflow('fields', 3);
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(3);
SET SESSION AUTHORIZATION import;
SELECT customer_workflow.approve(3);
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.reject(3, 'still no such bank');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET bank_account = 'DE97' WHERE id = 3;
-- a field more takes its own route
UPDATE customers SET credit_limit = 1 WHERE id = 3;
SELECT customer_workflow.submit(3);
SELECT waiting_on FROM customer_workflow.proposals WHERE id = 3;
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.approve(3);
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.approve(3);
SELECT credit_limit, bank_account, city FROM customers WHERE id = 3;
RESET SESSION AUTHORIZATION;
SELECT kind, person, element FROM customer_workflow.workflow_history WHERE proposal = 3 AND kind IN ('submitted', 'approved', 'approval_kept', 'rejected', 'applied') ORDER BY at;
