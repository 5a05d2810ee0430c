-- Design 5, Propose: what propose() refuses.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'credit_managers');
SET SESSION AUTHORIZATION alice;

-- fields that are not protected or not there
SELECT * FROM error_of($$ SELECT customer_workflow.propose('customers', '{"id": 1}', '{"city": "Bremen"}') $$);
SELECT * FROM error_of($$ SELECT customer_workflow.propose('customers', '{"id": 1}', '{"credit_limit": 1, "credit": 1}') $$);
SELECT * FROM error_of($$ SELECT customer_workflow.propose('customers', '{"id": 1}', '{"Credit_Limit": 1}') $$) WHERE field = 'message';
-- nothing to change
SELECT * FROM error_of($$ SELECT customer_workflow.propose('customers', '{"id": 1}', '{}') $$);
SELECT * FROM error_of($$ SELECT customer_workflow.propose('customers', '{"id": 1}', NULL) $$) WHERE field <> 'hint';
SELECT * FROM error_of($$ SELECT customer_workflow.propose('customers', '{"id": 1}', '[1]') $$) WHERE field <> 'hint';
-- values that do not fit the column
SELECT * FROM error_of($$ SELECT customer_workflow.propose('customers', '{"id": 1}', '{"credit_limit": "much"}') $$);
SELECT * FROM error_of($$ SELECT customer_workflow.propose('customers', '{"id": 1}', '{"credit_limit": 12345678901}') $$);

-- keys that do not fit, and records that are not there
SELECT * FROM error_of($$ SELECT customer_workflow.propose('customers', '{"no": 1}', '{"credit_limit": 1}') $$);
SELECT * FROM error_of($$ SELECT customer_workflow.propose('customers', '{"id": 1, "name": "Alpha"}', '{"credit_limit": 1}') $$);
SELECT * FROM error_of($$ SELECT customer_workflow.propose('customers', '{"id": "one"}', '{"credit_limit": 1}') $$);
SELECT * FROM error_of($$ SELECT customer_workflow.propose('customers', '{"id": null}', '{"credit_limit": 1}') $$);
SELECT * FROM error_of($$ SELECT customer_workflow.propose('customers', '1', '{"credit_limit": 1}') $$);
SELECT * FROM error_of($$ SELECT customer_workflow.propose('customers', NULL, '{"credit_limit": 1}') $$);
SELECT * FROM error_of($$ SELECT customer_workflow.propose('customers', '{"id": 99}', '{"credit_limit": 1}') $$);

-- tables that are not protected
SELECT * FROM error_of($$ SELECT customer_workflow.propose('pg_class', '{"id": 99}', '{"credit_limit": 1}') $$);
SELECT * FROM error_of($$ SELECT customer_workflow.propose(NULL, '{"id": 99}', '{"credit_limit": 1}') $$);

-- a partition: its table is named by the root
RESET SESSION AUTHORIZATION;
CREATE TABLE sales (id int, region text, amount numeric, PRIMARY KEY (region, id)) PARTITION BY LIST (region);
CREATE TABLE sales_de PARTITION OF sales FOR VALUES IN ('DE');
ALTER TABLE sales OWNER TO erp_owner;
ALTER TABLE sales_de OWNER TO erp_owner;
INSERT INTO sales VALUES (1, 'DE', 10);
GRANT SELECT, UPDATE ON sales TO alice;
SELECT customer_workflow.protect('sales', '{amount}', 'credit_managers');
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of($$ SELECT customer_workflow.propose('sales_de', '{"id": 1, "region": "DE"}', '{"amount": 1}') $$);
SELECT customer_workflow.propose('sales', '{"id": 1, "region": "DE"}', '{"amount": 1}') IS NOT NULL AS proposed;

-- whoever may not UPDATE: carol may only SELECT
SET SESSION AUTHORIZATION carol;
SELECT * FROM error_of($$ SELECT customer_workflow.propose('customers', '{"id": 1}', '{"credit_limit": 1}') $$);
SET SESSION AUTHORIZATION erp_owner;
GRANT UPDATE (city, payment_terms) ON customers TO carol;
SET SESSION AUTHORIZATION carol;
SELECT * FROM error_of($$ SELECT customer_workflow.propose('customers', '{"id": 1}', '{"credit_limit": 1}') $$) WHERE field = 'sqlstate';
SELECT customer_workflow.propose('customers', '{"id": 1}', '{"payment_terms": "N60"}');

-- records that row level security hides, or does not let one update
SET SESSION AUTHORIZATION erp_owner;
ALTER TABLE customers ENABLE ROW LEVEL SECURITY;
CREATE POLICY visible ON customers FOR SELECT USING (id < 3);
CREATE POLICY mine ON customers FOR UPDATE USING (id = 1) WITH CHECK (credit_limit < 10000);
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.propose('customers', '{"id": 1}', '{"credit_limit": 1}');
SELECT * FROM error_of($$ SELECT customer_workflow.propose('customers', '{"id": 2}', '{"credit_limit": 1}') $$);
SELECT * FROM error_of($$ SELECT customer_workflow.propose('customers', '{"id": 3}', '{"credit_limit": 1}') $$);
-- WITH CHECK is asked at submit
SELECT customer_workflow.propose('customers', '{"id": 1}', '{"credit_limit": 20000}');
SELECT * FROM error_of($$ SELECT customer_workflow.submit(max(id)) FROM customer_workflow.proposals WHERE author = 'alice' $$);

-- a table that is switched off
SET SESSION AUTHORIZATION erp_owner;
ALTER TABLE customers DISABLE ROW LEVEL SECURITY;
SELECT customer_workflow.disable('customers');
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of($$ SELECT customer_workflow.propose('customers', '{"id": 1}', '{"credit_limit": 1}') $$);

-- none of them left anything behind
RESET SESSION AUTHORIZATION;
SELECT author, relation, field, proposed_value FROM customer_workflow.proposed_changes ORDER BY proposal;
