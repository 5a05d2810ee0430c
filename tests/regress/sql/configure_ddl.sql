-- Promise 8 (fails closed): DDL on a protected table. What would make its protection unsound is refused, the rest is followed.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE terms (code text PRIMARY KEY);
CREATE TABLE accounts (
    id int PRIMARY KEY,
    name text,
    credit_limit numeric,
    terms text,
    hold boolean,
    hold_until date,
    hold_reason text,
    version int NOT NULL DEFAULT 1
);
SELECT customer_workflow.protect('accounts', '{credit_limit, terms, hold}', 'credit_managers', '{
    "companions": {"hold": ["hold_until", "hold_reason"]}, "bookkeeping": {"version": "old.version + 1"}}');
SELECT customer_workflow.set_data_entity('dave', 'accounts', '{"fields": {"hold": "ignore_changes"}}');

-- A foreign key with an action is refused on protected columns and on companions, however it comes
ALTER TABLE accounts ADD FOREIGN KEY (terms) REFERENCES terms ON UPDATE CASCADE;
\echo :SQLSTATE
ALTER TABLE accounts ADD FOREIGN KEY (hold_reason) REFERENCES terms ON DELETE SET NULL;
\echo :SQLSTATE
ALTER TABLE accounts ADD COLUMN office text REFERENCES terms ON DELETE SET NULL;
ALTER TABLE accounts ADD FOREIGN KEY (terms) REFERENCES terms;
-- Held whole, a row must have none
SELECT customer_workflow.configure('accounts', '{"together": "row"}');
\echo :SQLSTATE
ALTER TABLE accounts DROP COLUMN office;
SELECT customer_workflow.configure('accounts', '{"together": "row"}');
ALTER TABLE accounts ADD COLUMN office text REFERENCES terms ON DELETE SET NULL;
\echo :SQLSTATE
SELECT customer_workflow.configure('accounts', '{"together": null}');

-- Neither may a protected column enter the primary key, nor another table share its columns by inheritance
ALTER TABLE accounts DROP CONSTRAINT accounts_pkey, ADD PRIMARY KEY (id, terms);
\echo :SQLSTATE
CREATE TABLE special_accounts () INHERITS (accounts);
\echo :SQLSTATE
CREATE TABLE special_accounts (LIKE accounts);
ALTER TABLE special_accounts INHERIT accounts;
\echo :SQLSTATE
ALTER TABLE accounts INHERIT special_accounts;
\echo :SQLSTATE

-- PostgreSQL itself keeps a protected column from being dropped or getting another type
ALTER TABLE accounts DROP COLUMN credit_limit;
\echo :SQLSTATE
ALTER TABLE accounts ALTER COLUMN credit_limit TYPE bigint;
\echo :SQLSTATE

-- A rename is followed by open proposals and options
SET client_min_messages = warning;
INSERT INTO accounts VALUES (1, 'ACME', 100, NULL, false), (2, 'Bolt', 100, NULL, false);
UPDATE accounts SET hold = true, hold_until = '2030-01-01', credit_limit = 500 WHERE id = 1;
RESET client_min_messages;
ALTER TABLE accounts RENAME hold TO on_hold;
ALTER TABLE accounts RENAME COLUMN hold_until TO on_hold_until;
ALTER VIEW accounts RENAME COLUMN credit_limit TO "Credit limit";
SELECT field, original_value, proposed_value FROM customer_workflow.proposed_changes ORDER BY field;
SELECT field, options -> 'companions' AS companions FROM customer_workflow.protected_fields ORDER BY field;
SELECT data_entity, options FROM customer_workflow.data_entities;
SELECT kind, details FROM customer_workflow.workflow_history WHERE kind = 'column_renamed' ORDER BY at;
-- The name of a bookkeeping column is followed, the expression is not
ALTER TABLE accounts RENAME version TO edition;
SELECT customer_workflow.configure('accounts', '{"overlap": "reject"}');
\echo :SQLSTATE
SELECT customer_workflow.configure('accounts', '{"bookkeeping": {"edition": "old.edition + 1"}}');
SELECT DISTINCT options -> 'bookkeeping' AS bookkeeping FROM customer_workflow.protected_fields;
-- What was proposed under the old name is written under the new one
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(proposal) FROM customer_workflow.my_work_items;
SET SESSION AUTHORIZATION erp_owner;
SELECT * FROM accounts WHERE id = 1;

-- So is a rename of the table or its schema, and a move
ALTER TABLE accounts RENAME TO clients;
RESET SESSION AUTHORIZATION;
CREATE SCHEMA sales AUTHORIZATION erp_owner;
ALTER TABLE clients SET SCHEMA sales;
ALTER SCHEMA sales RENAME TO selling;
SELECT relation, relation_name FROM customer_workflow.protected_table;
SET SESSION AUTHORIZATION erp_owner;
SET client_min_messages = warning;
UPDATE selling.clients SET "Credit limit" = 600 WHERE id = 1;
RESET client_min_messages;
SELECT "Credit limit" FROM selling.clients WHERE id = 1;

-- A companion or bookkeeping column that is dropped is dropped from the options
ALTER TABLE selling.clients DROP COLUMN on_hold_until, DROP COLUMN edition;
SELECT DISTINCT options -> 'companions' AS companions, options -> 'bookkeeping' AS bookkeeping FROM customer_workflow.protected_fields;

-- A protected column dropped by CASCADE takes the list of fields with it: UPDATE is refused until somebody says what is protected
SELECT field, value FROM error_of('ALTER TABLE selling.clients DROP COLUMN terms CASCADE') WHERE field IN ('sqlstate', 'message');
RESET SESSION AUTHORIZATION;
ALTER TABLE selling.clients DROP COLUMN terms CASCADE;
SET SESSION AUTHORIZATION erp_owner;
UPDATE selling.clients SET name = 'x';
\echo :SQLSTATE
SELECT customer_workflow.protect('selling.clients', '{on_hold, "Credit limit"}');
UPDATE selling.clients SET name = 'ACME Ltd' WHERE id = 1;
SELECT field FROM customer_workflow.protected_fields ORDER BY field;

-- With the table its open proposals end, in maintenance; their history stays
BEGIN;
SELECT customer_workflow.begin_maintenance('{selling.clients}', 'no longer needed');
DROP TABLE selling.clients;
COMMIT;
RESET SESSION AUTHORIZATION;
SELECT relation, relation_name FROM customer_workflow.protected_table;
SELECT id, relation, status FROM customer_workflow.proposals ORDER BY id;
SELECT kind, proposal, details FROM customer_workflow.workflow_history WHERE kind IN ('table_dropped', 'cancelled', 'column_dropped') ORDER BY at;

-- Tables that are not protected are nobody's business
CREATE TABLE plain (id int PRIMARY KEY, terms text REFERENCES terms ON UPDATE CASCADE);
CREATE TABLE plain_child () INHERITS (plain);
ALTER TABLE plain RENAME terms TO conditions;
DROP TABLE plain CASCADE;
