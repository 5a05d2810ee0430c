-- Companies: what protect, unprotect, configure, enable, disable, set_data_entity and remove_data_entity refuse, and what goes with a field.
\set SHOW_CONTEXT never
ALTER TABLE customers ADD COLUMN company text NOT NULL DEFAULT 'DE', ADD COLUMN places point, ADD COLUMN firm text GENERATED ALWAYS AS (country) STORED;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
-- a company without its column
SELECT customer_workflow.protect('customers', '{credit_limit}', company => 'DE');
SELECT customer_workflow.unprotect('customers', '{credit_limit}', company => 'DE');
SELECT customer_workflow.configure('customers', '{}', 'DE');
SELECT customer_workflow.disable('customers', company => 'DE');
SELECT customer_workflow.set_data_entity('import', 'customers', '{}', 'DE');
SELECT customer_workflow.remove_data_entity('import', company => 'DE');
-- a column that cannot be it
SELECT c AS company_column, e.field, e.value FROM unnest('{company,nothing,firm,places,id,credit_limit}'::text[]) AS c,
       error_of(format('SELECT customer_workflow.configure(''customers'', %L)', jsonb_build_object('company_column', c))) AS e WHERE e.field IN ('none', 'detail', 'hint');
SELECT customer_workflow.configure('customers', '{"company_column": null}');
SELECT customer_workflow.protect('customers', '{company}', options => '{"company_column": "company"}');
SELECT customer_workflow.unprotect('customers', '{company}');

-- one company
SELECT customer_workflow.protect('customers', '{bank_account}', company => 'DE');
SELECT customer_workflow.protect('customers', '{id}', company => 'DE');
SELECT customer_workflow.protect('customers', '{bank_account}', 'nobody_there', company => 'DE');
SELECT customer_workflow.unprotect('customers', '{company}', company => 'DE');
SELECT customer_workflow.unprotect('customers', '{city}', company => 'DE');
SELECT customer_workflow.configure('customers', '{"record_label": "name"}', 'DE');
SELECT customer_workflow.configure('customers', '{"amend": "perhaps"}', 'DE');
SELECT customer_workflow.configure('customers', '{"company_column": "country"}');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.configure('customers', '{"amend": "reject"}', 'DE');
SELECT customer_workflow.protect('customers', '{city}', company => 'DE');
SELECT customer_workflow.disable('customers', company => 'DE');

-- a field is in the list as long as somebody protects it; open proposals keep it there
UPDATE customers SET bank_account = 'X' WHERE id = 1;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.unprotect('customers', '{bank_account}');
SELECT customer_workflow.unprotect('customers', '{bank_account}', company => 'DE');
SELECT customer_workflow.unprotect('customers', '{bank_account}', true, 'DE');
SELECT status FROM customer_workflow.proposals;
SELECT field, company FROM customer_workflow.protected_fields;
-- for all, while a company has it of itself; for a company, while all have it
SELECT customer_workflow.protect('customers', '{credit_limit}', company => 'FR');
SELECT customer_workflow.unprotect('customers', '{credit_limit}');
SELECT field, company FROM customer_workflow.protected_fields;
SELECT customer_workflow.protect('customers', '{payment_terms}');
SELECT customer_workflow.unprotect('customers', '{*}', company => 'FR');
SELECT field, company FROM customer_workflow.protected_fields;
-- renames follow
ALTER TABLE customers RENAME COLUMN company TO firma;
ALTER TABLE customers RENAME COLUMN payment_terms TO terms;
SELECT field, company, options ->> 'company_column' AS company_column FROM customer_workflow.protected_fields;
SELECT customer_workflow.unprotect('customers', '{*}');
SELECT count(*) FROM customer_workflow.protected_fields;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
SELECT field, company FROM customer_workflow.protected_fields;
