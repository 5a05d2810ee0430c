-- Design 5.1, option on_record_delete: what becomes of open proposals whose record is deleted or truncated.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE groups (id int PRIMARY KEY);
CREATE TABLE accounts (id int PRIMARY KEY, group_id int REFERENCES groups ON DELETE CASCADE, credit_limit numeric);
INSERT INTO groups VALUES (1), (2);
INSERT INTO accounts SELECT i, 1 + i / 4, 0 FROM generate_series(1, 6) AS i;
GRANT SELECT, UPDATE, DELETE, INSERT, TRUNCATE ON accounts, groups TO alice, dave;
SELECT customer_workflow.protect('accounts', '{credit_limit}', 'credit_managers');

-- cancel, the default
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET credit_limit = 5000;
SELECT count(*) FROM customer_workflow.submit_many('{1,2}');
SET SESSION AUTHORIZATION dave;
DELETE FROM accounts WHERE id IN (1, 3);
SELECT id, record_key, status, status_message, waiting_on FROM customer_workflow.proposals ORDER BY id;
SELECT proposal, kind, person, details FROM customer_workflow.workflow_history WHERE kind = 'record_deleted' ORDER BY proposal;
SET SESSION AUTHORIZATION bob;
SELECT proposal FROM customer_workflow.my_work_items;
-- deleted by a cascade
SET SESSION AUTHORIZATION dave;
DELETE FROM groups WHERE id = 2;
SELECT id, status FROM customer_workflow.proposals ORDER BY id;
-- deleted and inserted again: another record, though its key is the same
DELETE FROM accounts WHERE id = 2;
INSERT INTO accounts VALUES (2, 1, 0);
SELECT status FROM customer_workflow.proposals WHERE id = 2;

-- truncated
DELETE FROM accounts;
INSERT INTO accounts VALUES (7, 1, 0), (8, 1, 0);
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET credit_limit = 6000;
BEGIN;
TRUNCATE accounts;
SELECT id, status FROM customer_workflow.proposals WHERE id > 6 ORDER BY id;
ROLLBACK;
SELECT id, status FROM customer_workflow.proposals WHERE id > 6 ORDER BY id;
TRUNCATE accounts;
SELECT DISTINCT status FROM customer_workflow.proposals;

-- restrict: a record with an open proposal stays
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('accounts', '{"on_record_delete": "restrict"}');
SET SESSION AUTHORIZATION dave;
INSERT INTO accounts VALUES (1, 1, 0), (2, 1, 0), (3, NULL, 0);
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET credit_limit = 5000 WHERE id < 3;
SELECT id AS p FROM customer_workflow.proposals WHERE record_key = '{"id": 1}' ORDER BY id DESC LIMIT 1 \gset
SET SESSION AUTHORIZATION dave;
SELECT field, regexp_replace(value, 'proposal \d+', 'proposal N') AS value FROM error_of('DELETE FROM accounts');
SELECT field, regexp_replace(value, 'proposal \d+', 'proposal N') AS value FROM error_of('TRUNCATE accounts');
SELECT field, regexp_replace(value, 'proposal \d+', 'proposal N') AS value FROM error_of('DELETE FROM groups');
SELECT count(*) FROM accounts;
-- those without one go, and so does one whose proposal is closed
DELETE FROM accounts WHERE id = 3;
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.cancel(:p);
SET SESSION AUTHORIZATION dave;
DELETE FROM accounts WHERE id = 1;
SELECT id FROM accounts;
