-- Companies: a record that changes its company is under the rules of both; its open proposals follow it, and what was approved elsewhere is void.
\set SHOW_CONTEXT never
ALTER TABLE customers ADD COLUMN company char(4);
CREATE ROLE company_moves_fr LOGIN;
GRANT SELECT ON customers TO company_moves_fr;
UPDATE customers SET company = CASE id WHEN 1 THEN 'DE' WHEN 2 THEN 'FR' END;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{company}', 'credit_managers', '{"company_column": "company"}');
SELECT customer_workflow.protect('customers', '{credit_limit}', company => 'DE');
SELECT customer_workflow.protect('customers', '{payment_terms}', 'company_moves_fr', company => 'FR');

-- into another company, and out of none: both fields are held
SET SESSION AUTHORIZATION alice;
UPDATE customers SET company = 'FR', credit_limit = 7, payment_terms = 'N90', bank_account = 'X' WHERE id = 1
    RETURNING company, credit_limit, payment_terms, bank_account;
UPDATE customers SET company = 'DE', credit_limit = 7, payment_terms = 'N90' WHERE id = 3 RETURNING company, credit_limit, payment_terms;
-- without a company the rules for all hold
UPDATE customers SET credit_limit = 8, payment_terms = 'N91' WHERE id = 3 RETURNING credit_limit, payment_terms;
-- and nobody leaves his company for none
UPDATE customers SET company = NULL, payment_terms = 'N90' WHERE id = 2 RETURNING company, payment_terms;
SELECT proposal, record_key, field, original_value, proposed_value FROM customer_workflow.proposed_changes ORDER BY proposal, field;

-- approved by DE, while FR looks at another proposal of the record, and somebody has a draft
SET SESSION AUTHORIZATION dave;
UPDATE customers SET credit_limit = 1000000 WHERE id = 1;
SELECT customer_workflow.submit(max(id)) FROM customer_workflow.proposals;
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(1);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1);
SELECT company, credit_limit, payment_terms FROM customers WHERE id = 1;
-- what DE's approvers had before them is no longer theirs
SELECT proposal FROM customer_workflow.my_work_items;
SET SESSION AUTHORIZATION dave;
SELECT p.status, h.kind, h.details FROM customer_workflow.workflow_history AS h JOIN customer_workflow.proposals AS p ON p.id = h.proposal
 WHERE h.kind = 'company_changed';
SELECT customer_workflow.submit(max(id)) FROM customer_workflow.proposals WHERE record_key = '{"id": 1}';
SET SESSION AUTHORIZATION bob;
SELECT count(*) FROM customer_workflow.my_work_items;
SET SESSION AUTHORIZATION company_moves_fr;
SELECT record_key, subject FROM customer_workflow.my_work_items;

-- past approval: the same
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.set_data_entity('import', 'customers', '{"fields": {"company": "allow_without_approval"}}');
SET SESSION AUTHORIZATION import;
UPDATE customers SET company = 'DE', credit_limit = 3, payment_terms = 'N1' WHERE id = 1 RETURNING company, credit_limit, payment_terms;
SET SESSION AUTHORIZATION erp_owner;
SELECT id, status, author FROM customer_workflow.proposals WHERE record_key = '{"id": 1}' AND status <> 'applied' ORDER BY id;
SELECT proposal, details FROM customer_workflow.workflow_history WHERE kind = 'company_changed' ORDER BY at, proposal;
SELECT field, original_value, new_value, reason FROM customer_workflow.direct_changes;

-- an override is reviewed by the company's people; what a company's switch says holds for a revert too
SELECT customer_workflow.grant_duty('customers', 'override', 'carol');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.discard_change(3, 'company'), customer_workflow.submit(3);
SET SESSION AUTHORIZATION carol;
\set VERBOSITY terse
SELECT customer_workflow.override_apply(3, 'fire');
SET SESSION AUTHORIZATION company_moves_fr;
SELECT record_key, element FROM customer_workflow.my_work_items WHERE proposal = 3;
SET SESSION AUTHORIZATION bob;
SELECT count(*) FROM customer_workflow.my_work_items WHERE proposal = 3;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.disable('customers', company => 'FR');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.revert(3);
