-- Schema changes under open proposals: the primary key gets another type or other columns, and they follow their records or it is refused.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
SET client_min_messages = warning;
CREATE TABLE accounts (id int PRIMARY KEY, code text NOT NULL, amount numeric);
INSERT INTO accounts SELECT g, 'C' || g, g FROM generate_series(1, 4) AS g;
GRANT SELECT, UPDATE ON accounts TO alice;
SELECT customer_workflow.protect('accounts', '{amount}', 'credit_managers');
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET amount = 10 * id WHERE id < 4;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE record_key = '{"id": 1}';
RESET client_min_messages;
SET SESSION AUTHORIZATION erp_owner;

-- Keys that are written as before need nothing
ALTER TABLE accounts ALTER COLUMN id TYPE bigint;
SELECT record_key, status FROM customer_workflow.proposals ORDER BY id;

-- Others do
SELECT * FROM error_of('ALTER TABLE accounts ALTER COLUMN id TYPE text');
SELECT field, value FROM error_of('ALTER TABLE accounts DROP CONSTRAINT accounts_pkey, ADD PRIMARY KEY (code)') WHERE field IN ('sqlstate', 'message');
BEGIN;
ALTER TABLE accounts DROP CONSTRAINT accounts_pkey;
SELECT field, value FROM error_of('ALTER TABLE accounts ALTER COLUMN id TYPE text') WHERE field = 'sqlstate';
ALTER TABLE accounts ADD PRIMARY KEY (code);
\echo :SQLSTATE
ROLLBACK;

-- Another type
BEGIN;
SELECT customer_workflow.begin_maintenance('{accounts}', 'keys are texts');
ALTER TABLE accounts ALTER COLUMN id TYPE text;
COMMIT;
SELECT record_key, status, digest = customer_workflow.review(id) ->> 'digest' AS digest FROM customer_workflow.proposals ORDER BY id;
SET SESSION AUTHORIZATION alice;
SET client_min_messages = warning;
UPDATE accounts SET amount = 25 WHERE id = '2';
RESET client_min_messages;
SELECT record_key, field, proposed_value, conflict FROM customer_workflow.proposed_changes ORDER BY proposal;

-- Other columns
SET SESSION AUTHORIZATION erp_owner;
BEGIN;
SELECT customer_workflow.begin_maintenance('{accounts}', 'codes are keys');
-- The old ones are still needed
SAVEPOINT s;
ALTER TABLE accounts DROP COLUMN id, ADD PRIMARY KEY (code);
\echo :SQLSTATE
ROLLBACK TO s;
ALTER TABLE accounts DROP CONSTRAINT accounts_pkey;
ALTER TABLE accounts ADD COLUMN company int NOT NULL DEFAULT 7, ADD PRIMARY KEY (company, code);
ALTER TABLE accounts DROP COLUMN id;
COMMIT;
SELECT record_key, status FROM customer_workflow.proposals ORDER BY id;
SELECT kind, proposal, details FROM customer_workflow.workflow_history WHERE kind = 'key_changed' AND details -> 'to' ? 'company' ORDER BY proposal;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(proposal) FROM customer_workflow.my_work_items;
SET SESSION AUTHORIZATION erp_owner;
SELECT * FROM accounts ORDER BY code;

-- Where the new key does not tell the records, it is refused
BEGIN;
SELECT customer_workflow.begin_maintenance('{accounts}', 'codes are shorter');
ALTER TABLE accounts ALTER COLUMN code TYPE varchar(20) USING 'X' || code;
\echo :SQLSTATE
ROLLBACK;
-- which no type tells of, where it stays the same: the end does
BEGIN;
SELECT customer_workflow.begin_maintenance('{accounts}', 'other codes');
ALTER TABLE accounts ALTER COLUMN code TYPE text USING 'X' || code;
COMMIT;
SELECT record_key, conflict FROM customer_workflow.proposals WHERE status = 'not_submitted' ORDER BY id;
BEGIN;
SELECT customer_workflow.begin_maintenance('{accounts}', 'back');
ALTER TABLE accounts ALTER COLUMN code TYPE text USING substr(code, 2);
COMMIT;
-- and without a key it does not commit
BEGIN;
SELECT customer_workflow.begin_maintenance('{accounts}', 'no key');
ALTER TABLE accounts DROP CONSTRAINT accounts_pkey;
COMMIT;
\echo :SQLSTATE
SELECT record_key, status FROM customer_workflow.proposals ORDER BY id;
