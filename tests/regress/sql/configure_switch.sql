-- enable() and disable(), the master switch. Disabled, writes pass and are recorded, proposals stay; enable() goes on.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE accounts (id int PRIMARY KEY, credit_limit numeric);
INSERT INTO accounts VALUES (1, 100), (2, 200);
SELECT customer_workflow.protect('accounts', '{credit_limit}', 'credit_managers');
UPDATE accounts SET credit_limit = 150 WHERE id = 1;

SELECT customer_workflow.disable('accounts', 'data migration over the weekend');
SELECT relation, field, enabled FROM customer_workflow.protected_fields;
UPDATE accounts SET credit_limit = 250 WHERE id = 2;
SELECT * FROM accounts ORDER BY id;
SELECT relation, record_key, field, original_value, new_value, person, reason FROM customer_workflow.direct_changes;
SELECT status FROM customer_workflow.proposals;
-- Twice is once
SELECT customer_workflow.disable('accounts', 'again');

SELECT customer_workflow.enable('accounts');
SELECT relation, field, enabled FROM customer_workflow.protected_fields;
UPDATE accounts SET credit_limit = 350 WHERE id = 2;
SELECT * FROM accounts ORDER BY id;
SELECT customer_workflow.enable('accounts');
SELECT kind, person, comment FROM customer_workflow.workflow_history WHERE kind ~ 'able' ORDER BY at;
