-- Design 5, set_data_entity: behavior by field, by table and for every table, for a role and for a person.
\set SHOW_CONTEXT never
CREATE ROLE data_entity_fields_app LOGIN;
CREATE ROLE data_entity_fields_import LOGIN;
SELECT customer_workflow.set_application_role('data_entity_fields_app');
CREATE TABLE accounts (id int PRIMARY KEY, name text, credit_limit numeric);
ALTER TABLE accounts OWNER TO erp_owner;
INSERT INTO accounts VALUES (1, 'A', 0), (2, 'B', 0);
GRANT SELECT, UPDATE ON accounts, customers TO data_entity_fields_import, data_entity_fields_app;
SELECT customer_workflow.protect('customers', '{name, credit_limit, payment_terms, bank_account}', 'credit_managers');
SELECT customer_workflow.protect('accounts', '{name, credit_limit}', 'credit_managers');

-- each field its own
SELECT customer_workflow.set_data_entity('data_entity_fields_import', 'customers',
    '{"behavior": "create_change_proposals", "fields": {"payment_terms": "ignore_changes", "name": "allow_without_approval"}}');
SET SESSION AUTHORIZATION data_entity_fields_import;
UPDATE customers SET name = 'Alpha Ltd', credit_limit = 5000, payment_terms = 'N90', city = 'Bremen' WHERE id = 1;
SELECT name, credit_limit, payment_terms, city FROM customers WHERE id = 1;
SELECT field, proposed_value, status FROM customer_workflow.proposed_changes;
RESET SESSION AUTHORIZATION;
SELECT record_key, field, new_value FROM customer_workflow.direct_changes;
-- one field that is rejected fails the statement, also for the fields that are allowed
SELECT customer_workflow.set_data_entity('data_entity_fields_import', 'customers',
    '{"behavior": "reject_changes", "fields": {"payment_terms": "ignore_changes", "name": "allow_without_approval", "bank_account": "create_change_proposals"}}');
SET SESSION AUTHORIZATION data_entity_fields_import;
SELECT * FROM error_of($$ UPDATE customers SET name = 'Beta Ltd', credit_limit = 5000, payment_terms = 'N90' WHERE id = 2 $$);
SELECT name FROM customers WHERE id = 2;
UPDATE customers SET name = 'Beta Ltd', payment_terms = 'N90', bank_account = 'DE22' WHERE id = 2;
SELECT name, payment_terms, bank_account FROM customers WHERE id = 2;
RESET SESSION AUTHORIZATION;
SELECT count(*) FROM customer_workflow.direct_changes;

-- for every table: where the table itself says nothing
SELECT customer_workflow.set_data_entity('data_entity_fields_import', NULL, '{"behavior": "ignore_changes", "fields": {"name": "reject_changes"}}');
SET SESSION AUTHORIZATION data_entity_fields_import;
UPDATE accounts SET credit_limit = 1 WHERE id = 1;
SELECT field, value FROM error_of('UPDATE accounts SET name = ''x'' WHERE id = 1') WHERE field IN ('sqlstate', 'message');
-- what customers says comes first, option by option
UPDATE customers SET name = 'Beta & Co' WHERE id = 2;
SELECT name FROM customers WHERE id = 2;
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.set_data_entity('data_entity_fields_import', 'customers', '{"redundant_update": "skip"}');
SET SESSION AUTHORIZATION data_entity_fields_import;
UPDATE customers SET credit_limit = 5 WHERE id = 2;
\echo :ROW_COUNT
SELECT field, value FROM error_of('UPDATE customers SET name = ''x'' WHERE id = 2') WHERE field IN ('sqlstate', 'message');
-- the table's own option comes last
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.set_data_entity('data_entity_fields_import', NULL, '{}');
SELECT customer_workflow.configure('accounts', '{"data_entity_behavior": "allow_without_approval"}');
SET SESSION AUTHORIZATION data_entity_fields_import;
UPDATE accounts SET credit_limit = 2 WHERE id = 1;
SELECT * FROM accounts ORDER BY id;

-- it is that role, not its members and not the roles that it belongs to
RESET SESSION AUTHORIZATION;
CREATE ROLE data_entity_fields_clerk LOGIN IN ROLE data_entity_fields_import;
GRANT SELECT, UPDATE ON accounts TO data_entity_fields_clerk;
SET SESSION AUTHORIZATION data_entity_fields_clerk;
UPDATE accounts SET credit_limit = 3 WHERE id = 1;
SELECT source, status FROM customer_workflow.proposals WHERE author = 'data_entity_fields_clerk';
-- SET ROLE makes nobody a data entity
SET ROLE data_entity_fields_import;
UPDATE accounts SET credit_limit = 3 WHERE id = 2;
RESET ROLE;
SELECT credit_limit FROM accounts WHERE id = 2;

-- a person behind a pool is one, and others behind the same pool are not
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.set_data_entity('person:nightly feed', 'accounts', '{"behavior": "create_change_proposals"}');
SET SESSION AUTHORIZATION data_entity_fields_app;
BEGIN; SELECT customer_workflow.act_as('nightly feed'); UPDATE accounts SET credit_limit = 4 WHERE id = 2; COMMIT;
BEGIN; SELECT customer_workflow.act_as('maria'); UPDATE accounts SET credit_limit = 4 WHERE id = 2; COMMIT;
RESET SESSION AUTHORIZATION;
SELECT author, source, status FROM customer_workflow.proposals WHERE record_key = '{"id": 2}' AND author LIKE 'person:%' ORDER BY id;
SELECT * FROM customer_workflow.data_entities ORDER BY data_entity;

-- removed, it is a person again
SELECT customer_workflow.remove_data_entity('data_entity_fields_import');
SET SESSION AUTHORIZATION data_entity_fields_import;
UPDATE accounts SET credit_limit = 6 WHERE id = 1;
SELECT credit_limit FROM accounts WHERE id = 1;
RESET SESSION AUTHORIZATION;
DROP OWNED BY data_entity_fields_app, data_entity_fields_import, data_entity_fields_clerk;
DROP ROLE data_entity_fields_app, data_entity_fields_import, data_entity_fields_clerk;
