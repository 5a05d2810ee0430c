-- Promise 4: current_value and conflict say whether the stored value is still the one that was stored when the change was proposed.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE accounts (id int PRIMARY KEY, credit_limit numeric, iban text);
INSERT INTO accounts SELECT i, 100, 'DE' FROM generate_series(1, 6) AS i;
UPDATE accounts SET credit_limit = NULL WHERE id = 5;
GRANT SELECT, UPDATE ON accounts TO alice, dave;
SELECT customer_workflow.protect('accounts', '{credit_limit,iban}', 'credit_managers');
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET credit_limit = 200, iban = 'FR';

-- Somebody writes past approval: 1 nothing, 2 something else, 3 the proposed value, 4 one of each, 5 null and back, 6 another scale
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.disable('accounts');
UPDATE accounts SET credit_limit = 150 WHERE id = 2;
UPDATE accounts SET credit_limit = 200 WHERE id = 3;
UPDATE accounts SET credit_limit = 200, iban = 'IT' WHERE id = 4;
UPDATE accounts SET credit_limit = 1 WHERE id = 5;
UPDATE accounts SET credit_limit = NULL WHERE id = 5;
UPDATE accounts SET credit_limit = 100.00 WHERE id = 6;
SELECT customer_workflow.enable('accounts');
SELECT record_key, conflict FROM customer_workflow.proposals ORDER BY record_key;
SELECT record_key, field, original_value, proposed_value, current_value, conflict FROM customer_workflow.proposed_changes ORDER BY record_key, field;

-- The same for a reader who acts in none of them
SET SESSION AUTHORIZATION dave;
SELECT record_key, conflict FROM customer_workflow.proposals ORDER BY record_key;
SELECT count(*) FROM customer_workflow.proposed_changes WHERE conflict = 'moved';

-- A closed proposal has no conflict, and shows what became of the record
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.cancel(id) FROM customer_workflow.proposals WHERE record_key IN ('{"id": 1}', '{"id": 2}') ORDER BY id;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE record_key = '{"id": 5}';
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(proposal) FROM customer_workflow.my_work_items;
SET SESSION AUTHORIZATION erp_owner;
DELETE FROM accounts WHERE id = 1;
SELECT record_key, field, original_value, proposed_value, current_value, conflict, status_message
  FROM customer_workflow.proposed_changes WHERE record_key IN ('{"id": 1}', '{"id": 2}', '{"id": 5}') ORDER BY record_key, field;

-- The table may go; what was proposed stays readable for the database's owner
BEGIN;
SELECT customer_workflow.begin_maintenance('{accounts}', 'no longer needed');
DROP TABLE accounts;
COMMIT;
RESET SESSION AUTHORIZATION;
SELECT relation, record_key, status, conflict FROM customer_workflow.proposals ORDER BY record_key;
SELECT field, current_value, conflict FROM customer_workflow.proposed_changes WHERE record_key = '{"id": 5}' ORDER BY field;
SET SESSION AUTHORIZATION alice;
SELECT count(*) FROM customer_workflow.proposals;
