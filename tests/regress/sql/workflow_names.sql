-- Design 5, create_workflow: names are unique in the database, and free again when nothing is left of the workflow or its table.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE suppliers (id int PRIMARY KEY, iban text);
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
SELECT customer_workflow.protect('suppliers', '{iban}', 'credit_managers');
\set definition '{"elements": [{"approval": {"name": "Approval", "steps": [{"name": "Approval", "assign_to": {"role": "credit_managers"}}]}}]}'
SELECT customer_workflow.create_workflow('bank', 'suppliers', :'definition');
SELECT * FROM error_of(format('SELECT customer_workflow.create_workflow(''bank'', ''customers'', %L)', :'definition'));
SELECT e.* FROM unnest('{"", built_in, null}'::text[]) AS n, error_of(format('SELECT customer_workflow.create_workflow(%L, ''customers'', %L)', n, :'definition')) AS e;
SELECT e.* FROM error_of(format('SELECT customer_workflow.create_workflow(repeat(''x'', 201), ''customers'', %L)', :'definition')) AS e WHERE field = 'sqlstate';
SELECT customer_workflow.create_workflow('Credit & "Bank"; DROP', 'customers', :'definition');
SELECT * FROM error_of($$ SELECT customer_workflow.create_workflow('credit', 'customers', NULL) $$);
SELECT * FROM error_of(format('SELECT customer_workflow.create_workflow(''credit'', ''customers'', %L, NULL)', :'definition'));

-- The table goes: the workflow cannot be activated any more, and its name can be taken for another table.
SELECT customer_workflow.activate_workflow('bank', 1);
SELECT customer_workflow.unprotect('suppliers', '{*}');
SELECT * FROM error_of($$ SELECT customer_workflow.deactivate_workflow('bank') $$);
RESET SESSION AUTHORIZATION;
SELECT * FROM error_of($$ SELECT customer_workflow.activate_workflow('bank', 1) $$);
SELECT name, relation, version, active FROM customer_workflow.workflows WHERE name = 'bank';
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.create_workflow('bank', 'customers', :'definition');
SELECT name, relation, version, active FROM customer_workflow.workflows ORDER BY name;
SELECT customer_workflow.activate_workflow('bank', 2);

-- It is the same when the table is dropped.
SELECT customer_workflow.protect('suppliers', '{iban}', 'credit_managers');
SELECT customer_workflow.create_workflow('suppliers', 'suppliers', :'definition');
RESET SESSION AUTHORIZATION;
DROP TABLE suppliers;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE suppliers (id int PRIMARY KEY, iban text);
SELECT customer_workflow.protect('suppliers', '{iban}', 'credit_managers');
SELECT customer_workflow.create_workflow('suppliers', 'suppliers', :'definition');
