-- Option data_entity_behavior: what an import's change to a protected field does, by table, by data entity and by field.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE accounts (id int PRIMARY KEY, name text, credit_limit numeric, phone text);
GRANT SELECT, UPDATE ON accounts TO alice, dave;
INSERT INTO accounts VALUES (1, 'ACME', 100, '1'), (2, 'Bolt', 200, '2');
SELECT customer_workflow.protect('accounts', '{name, credit_limit}', 'credit_managers');
SELECT customer_workflow.set_data_entity('dave', 'accounts');
CREATE VIEW wishes AS SELECT author, record_key, field, proposed_value, status FROM customer_workflow.proposed_changes;

-- create_change_proposals, the default: as for a person, but they are submitted when the transaction commits
SET SESSION AUTHORIZATION dave;
UPDATE accounts SET credit_limit = 110, phone = '11' WHERE id = 1;
SET SESSION AUTHORIZATION erp_owner;
SELECT * FROM accounts ORDER BY id;
SELECT id, status, source FROM customer_workflow.proposals ORDER BY id;
SELECT customer_workflow.cancel(id) FROM customer_workflow.proposals;

-- reject_changes fails the statement
SELECT customer_workflow.configure('accounts', '{"data_entity_behavior": "reject_changes"}');
SET SESSION AUTHORIZATION dave;
UPDATE accounts SET credit_limit = 120, phone = '12' WHERE id = 1;
\echo :SQLSTATE
UPDATE accounts SET phone = '13' WHERE id = 1;
SELECT * FROM accounts WHERE id = 1;
-- and says nothing to people
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET credit_limit = 125 WHERE id = 1;

-- allow_without_approval writes, and leaves a record of it
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.set_data_entity('dave', 'accounts', '{"behavior": "allow_without_approval"}');
SET SESSION AUTHORIZATION dave;
UPDATE accounts SET credit_limit = 230, phone = '23' WHERE id = 2;
SET SESSION AUTHORIZATION erp_owner;
SELECT * FROM accounts WHERE id = 2;
SELECT record_key, field, original_value, new_value, person, reason FROM customer_workflow.direct_changes;

-- ignore_changes drops the change and writes the rest
SELECT customer_workflow.set_data_entity('dave', 'accounts', '{"behavior": "ignore_changes"}');
SET SESSION AUTHORIZATION dave;
UPDATE accounts SET credit_limit = 240, phone = '24' WHERE id = 2;
SET SESSION AUTHORIZATION erp_owner;
SELECT * FROM accounts WHERE id = 2;

-- One field may differ
SELECT customer_workflow.set_data_entity('dave', 'accounts', '{"behavior": "ignore_changes", "fields": {"name": "allow_without_approval"}}');
SET SESSION AUTHORIZATION dave;
UPDATE accounts SET name = 'Bolt Ltd', credit_limit = 250 WHERE id = 2;
SET SESSION AUTHORIZATION erp_owner;
SELECT * FROM accounts WHERE id = 2;
SELECT * FROM wishes ORDER BY author;

-- What is said for one table comes before what is said for all
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.remove_data_entity('dave', 'accounts');
SELECT customer_workflow.set_data_entity('dave', NULL, '{"behavior": "allow_without_approval"}');
SET SESSION AUTHORIZATION dave;
UPDATE accounts SET credit_limit = 260 WHERE id = 2;
SELECT credit_limit FROM accounts WHERE id = 2;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.set_data_entity('dave', 'accounts', '{"behavior": "reject_changes"}');
SET SESSION AUTHORIZATION dave;
UPDATE accounts SET credit_limit = 270 WHERE id = 2;
\echo :SQLSTATE
SELECT credit_limit FROM accounts WHERE id = 2;
