-- Option field_decisions: an edit that is undone gives the work item back, and what was approved on it; of an edit that is not, only a new work item is left.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms, bank_account}');
SELECT customer_workflow.grant_duty('customers', 'steward', 'dave');
SELECT customer_workflow.create_workflow('one', 'customers', '{"elements": [
    {"approval": {"name": "Managers", "field_decisions": true, "steps": [{"name": "One", "assign_to": {"role": "credit_managers"}}]}}]}');
SELECT customer_workflow.activate_workflow('one', 1);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000, payment_terms = 'N60', bank_account = 'DE99' WHERE id = 1;
SELECT customer_workflow.submit(1);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1, fields => '{credit_limit, bank_account}');
SELECT customer_workflow.reject(1, 'no such bank', fields => '{bank_account}');
-- undone
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 9000 WHERE id = 1;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SELECT customer_workflow.submit(1);
SET SESSION AUTHORIZATION bob;
SELECT w -> 'fields' AS fields, w -> 'approved_fields' AS approved FROM jsonb_array_elements(customer_workflow.review(1) -> 'work_items') AS w;
SELECT c ->> 'field' AS field, c -> 'verdicts' -> 0 ->> 'verdict' AS verdict FROM jsonb_array_elements(customer_workflow.review(1) -> 'changes') AS c ORDER BY 1;
-- not undone
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 9000 WHERE id = 1;
SELECT customer_workflow.submit(1);
SET SESSION AUTHORIZATION bob;
SELECT w -> 'approved_fields' AS approved FROM jsonb_array_elements(customer_workflow.review(1) -> 'work_items') AS w;
SELECT customer_workflow.approve(1, fields => '{payment_terms}');
SELECT status, (SELECT credit_limit FROM customers WHERE id = 1) FROM customer_workflow.proposals WHERE id = 1;
