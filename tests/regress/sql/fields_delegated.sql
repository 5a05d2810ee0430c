-- Option field_decisions and delegation: approved fields belong to the place, and whoever has the place goes on there.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms, bank_account}');
SELECT customer_workflow.create_workflow('one', 'customers', '{"elements": [
    {"approval": {"name": "Bob", "field_decisions": true, "steps": [{"name": "Bob", "assign_to": {"user": "bob"}}]}}]}');
SELECT customer_workflow.activate_workflow('one', 1);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000, payment_terms = 'N60', bank_account = 'DE99' WHERE id IN (1, 2);
SELECT outcome FROM customer_workflow.submit_many('{1,2}');
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1, fields => '{credit_limit}');
SELECT customer_workflow.delegate(1, 'dave', 'see the account');

-- Dave stands in Bob's place: what is left is his, and both are on record.
SET SESSION AUTHORIZATION dave;
SELECT w -> 'approved_fields' AS approved FROM jsonb_array_elements(customer_workflow.review(1) -> 'work_items') AS w;
SELECT customer_workflow.approve(1, fields => '{bank_account}');
SELECT customer_workflow.reject(1, 'N30 is the rule', fields => '{payment_terms}');
SELECT credit_limit, payment_terms, bank_account FROM customers WHERE id = 1;
SELECT kind, person, on_behalf_of FROM customer_workflow.workflow_history WHERE proposal = 1 AND kind IN ('field_approved', 'field_rejected', 'approved', 'applied');
SELECT person, on_behalf_of, field, action FROM customer_workflow.decisions WHERE proposal = 1 ORDER BY at, field;

-- An administrator gives it to somebody else: that is another place, where nothing has been approved.
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(2, fields => '{credit_limit, payment_terms}');
SELECT work_item AS item FROM customer_workflow.my_work_items \gset
SET SESSION AUTHORIZATION erp_owner;
SELECT outcome FROM customer_workflow.reassign(ARRAY[:item], 'carol', 'Bob is ill');
SET SESSION AUTHORIZATION carol;
SELECT w -> 'approved_fields' AS approved FROM jsonb_array_elements(customer_workflow.review(2) -> 'work_items') AS w;
SELECT customer_workflow.reject(2, 'no such bank', fields => '{bank_account}');
SELECT customer_workflow.approve(2, fields => '{credit_limit}');
SELECT customer_workflow.approve(2, fields => '{payment_terms}');
SELECT credit_limit, payment_terms, bank_account FROM customers WHERE id = 2;
