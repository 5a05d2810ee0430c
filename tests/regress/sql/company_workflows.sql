-- Companies: workflows by a condition on the company column; who sees to which company a proposal belongs.
\set SHOW_CONTEXT never
ALTER TABLE customers ADD COLUMN company uuid;
UPDATE customers SET company = CASE id WHEN 1 THEN '00000000-0000-0000-0000-00000000000a'::uuid ELSE '00000000-0000-0000-0000-00000000000b' END;
REVOKE SELECT ON customers FROM dave;
GRANT SELECT (id, name, credit_limit) ON customers TO dave;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{company,credit_limit}', 'credit_managers', '{"company_column": "company"}');
SELECT customer_workflow.create_workflow('only a', 'customers', '{"when": "old.company = ''00000000-0000-0000-0000-00000000000a''", "elements":
    [{"approval": {"name": "Review", "steps": [{"name": "First", "assign_to": {"role": "credit_managers"}}]}}]}');
SELECT customer_workflow.create_workflow('others', 'customers', '{"elements":
    [{"approval": {"name": "Review", "steps": [{"name": "First", "assign_to": {"user": "carol"}}]}}]}');
SELECT customer_workflow.activate_workflow('only a', 1), customer_workflow.activate_workflow('others', 1);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 7;
SELECT outcome, count(*) FROM customer_workflow.submit_many(ARRAY(SELECT id FROM customer_workflow.proposals)) GROUP BY outcome;
SELECT record_key, workflow, company FROM customer_workflow.proposals ORDER BY id;
-- who may not SELECT the column does not see it here
SET SESSION AUTHORIZATION dave;
SELECT record_key, company FROM customer_workflow.proposals ORDER BY id;
