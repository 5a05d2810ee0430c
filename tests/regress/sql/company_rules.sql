-- Option company_column: fields, switch, import policy, approvers and options differ by company, also in one bulk UPDATE.
\set SHOW_CONTEXT never
ALTER TABLE customers ADD COLUMN company text NOT NULL DEFAULT 'DE';
CREATE ROLE company_rules_fr LOGIN;
CREATE ROLE company_rules_managers;
GRANT company_rules_managers TO company_rules_fr;
GRANT SELECT ON customers TO company_rules_fr;
INSERT INTO customers (id, name, company, credit_limit, payment_terms, bank_account) VALUES
    (4, 'Delta', 'FR', 4000, 'N30', 'FR04'), (5, 'Epsilon', 'FR', 5000, 'N30', 'FR05'), (6, 'Zeta', 'IT', 6000, 'N30', 'IT06');
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{company,credit_limit}', 'credit_managers', '{"company_column": "company"}');
SELECT customer_workflow.protect('customers', '{bank_account}', 'company_rules_managers', '{"comment_required": ["approve"]}', company => 'FR');
SELECT customer_workflow.unprotect('customers', '{credit_limit}', company => 'IT');
SELECT relation, field, enabled, approvers, company, options -> 'comment_required' AS comment_required FROM customer_workflow.protected_fields;

-- one statement: what is protected is told company by company
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = coalesce(credit_limit, 0) + 1, bank_account = bank_account || '0';
SELECT id, company, credit_limit, bank_account FROM customers ORDER BY id;
SELECT record_key, array_agg(field ORDER BY field) AS fields FROM customer_workflow.proposed_changes GROUP BY record_key ORDER BY record_key;
SELECT outcome, count(*) FROM customer_workflow.submit_many(ARRAY(SELECT id FROM customer_workflow.proposals)) GROUP BY outcome;

-- each company's approvers see and decide theirs
SET SESSION AUTHORIZATION bob;
SELECT record_key, workflow, subject FROM customer_workflow.my_work_items;
SELECT outcome, count(*) FROM customer_workflow.approve_many(ARRAY(SELECT proposal FROM customer_workflow.my_work_items)) GROUP BY outcome;
SET SESSION AUTHORIZATION company_rules_fr;
SELECT record_key, workflow, subject FROM customer_workflow.my_work_items;
SELECT outcome, sqlstate, message FROM customer_workflow.approve_many(ARRAY(SELECT proposal FROM customer_workflow.my_work_items));
SELECT outcome, count(*) FROM customer_workflow.approve_many(ARRAY(SELECT proposal FROM customer_workflow.my_work_items), 'as agreed') GROUP BY outcome;
SELECT id, company, credit_limit, bank_account FROM customers ORDER BY id;

-- the switch: of one company, then of all others
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.disable('customers', 'migration', company => 'FR');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 7 WHERE id IN (2, 4) RETURNING id, credit_limit;
SELECT customer_workflow.propose('customers', '{"id": 5}', '{"credit_limit": 1}');
SET SESSION AUTHORIZATION erp_owner;
SELECT record_key, field, original_value, new_value, reason FROM customer_workflow.direct_changes;
SELECT customer_workflow.enable('customers', 'FR');
SELECT customer_workflow.disable('customers');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 8 WHERE id IN (2, 4) RETURNING id, credit_limit;
SELECT error_of('SELECT customer_workflow.submit(max(id)) FROM customer_workflow.proposals WHERE record_key = ''{"id": 2}''');
SELECT customer_workflow.submit(max(id)) FROM customer_workflow.proposals WHERE record_key = '{"id": 4}';
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.disable('customers', company => 'FR');
SET SESSION AUTHORIZATION company_rules_fr;
SELECT allowed_actions FROM customer_workflow.my_work_items;
SELECT customer_workflow.approve(max(proposal), 'as agreed') FROM customer_workflow.my_work_items;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.enable('customers', 'FR'), customer_workflow.enable('customers');

-- imports
SELECT customer_workflow.set_data_entity('import', 'customers', '{"behavior": "reject_changes"}');
SELECT customer_workflow.set_data_entity('import', 'customers', '{"behavior": "allow_without_approval", "fields": {"bank_account": "ignore_changes"}}', 'FR');
SELECT data_entity, relation, options, behavior, company FROM customer_workflow.data_entities;
SET SESSION AUTHORIZATION import;
UPDATE customers SET credit_limit = 9, bank_account = 'FR99' WHERE id = 5 RETURNING credit_limit, bank_account;
UPDATE customers SET credit_limit = 9 WHERE id IN (1, 5);
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.remove_data_entity('import', 'customers', 'FR');
SELECT customer_workflow.remove_data_entity('import', 'customers', 'FR');
SET SESSION AUTHORIZATION import;
UPDATE customers SET credit_limit = 9 WHERE id = 4;

-- options: of the company, of the table where it has none of its own
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('customers', '{"overlap": "reject"}', 'FR');
SELECT customer_workflow.configure('customers', '{"data_entity_behavior": "ignore_changes"}', company => 'FR');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 10 WHERE id IN (1, 4);
SET SESSION AUTHORIZATION dave;
UPDATE customers SET credit_limit = 11 WHERE id = 1;
UPDATE customers SET credit_limit = 11 WHERE id = 4;

-- the built-in workflow of each, and what has been configured
SET SESSION AUTHORIZATION erp_owner;
SELECT name, version - min(version) OVER () AS later, active, description FROM customer_workflow.workflows;
SELECT kind, details - 'search_path' AS details FROM customer_workflow.workflow_history WHERE details ? 'company' AND proposal IS NULL ORDER BY at;
SELECT element, step, value, assignees FROM customer_workflow.simulate('customers', '{"id": 4}', '{"credit_limit": 12}', 'alice');

-- with together row, fields that only other companies protect go with the row
SELECT customer_workflow.configure('customers', '{"together": "row"}');
SET SESSION AUTHORIZATION dave;
UPDATE customers SET credit_limit = 13, bank_account = 'DE99', city = 'Celle' WHERE id = 2 RETURNING credit_limit, bank_account, city;
UPDATE customers SET bank_account = 'DE99', city = 'Celle' WHERE id = 2 RETURNING bank_account, city;
