-- Who may configure: the table's owner and its administrators; what runs with the owner's rights only the owner sets.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE accounts (id int PRIMARY KEY, name text, credit_limit numeric, version int);
GRANT ALL ON accounts TO alice;

-- Privileges on the table are not enough
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.protect('accounts', '{credit_limit}', 'alice');
\echo :SQLSTATE
-- nor is the function behind protect() a way
SELECT customer_workflow._protect('accounts', '{credit_limit}', 'alice', '{}', '{public}', NULL);
\echo :SQLSTATE

-- A table must be protected before there is anything to configure
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('accounts', '{"overlap": "reject"}');
\echo :SQLSTATE
SELECT customer_workflow.disable('accounts');
\echo :SQLSTATE
SELECT customer_workflow.unprotect('accounts', '{credit_limit}');
\echo :SQLSTATE
SELECT customer_workflow.grant_duty('accounts', 'administrator', 'alice');
\echo :SQLSTATE
SELECT customer_workflow.set_data_entity('alice', 'accounts');
\echo :SQLSTATE

-- Nobody but the owner (or a member of it, or a superuser) configures
SELECT customer_workflow.protect('accounts', '{credit_limit}', 'credit_managers');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.protect('accounts', '{name}');
\echo :SQLSTATE
SELECT customer_workflow.unprotect('accounts', '{credit_limit}');
\echo :SQLSTATE
SELECT customer_workflow.configure('accounts', '{"overlap": "reject"}');
\echo :SQLSTATE
SELECT customer_workflow.enable('accounts');
\echo :SQLSTATE
SELECT customer_workflow.disable('accounts');
\echo :SQLSTATE
SELECT customer_workflow.set_data_entity('alice', 'accounts', '{"behavior": "allow_without_approval"}');
\echo :SQLSTATE
SELECT customer_workflow.remove_data_entity('alice', 'accounts');
\echo :SQLSTATE
SELECT customer_workflow.grant_duty('accounts', 'administrator', 'alice');
\echo :SQLSTATE
SELECT customer_workflow.revoke_duty('accounts', 'administrator', 'alice');
\echo :SQLSTATE

-- An administrator does
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.grant_duty('accounts', 'administrator', 'alice');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.protect('accounts', '{name}', 'credit_managers', '{"overlap": "reject"}');
SELECT customer_workflow.configure('accounts', '{"conflict": "overwrite"}');
SELECT customer_workflow.disable('accounts', 'year end');
SELECT customer_workflow.enable('accounts');
SELECT customer_workflow.grant_duty('accounts', 'steward', 'dave');
SELECT customer_workflow.unprotect('accounts', '{name}');

-- but not SQL or roles, with which he would get the owner's rights; not even back to the default
SELECT customer_workflow.configure('accounts', '{"bookkeeping": {"version": "old.version + 1"}}');
\echo :SQLSTATE
SELECT customer_workflow.configure('accounts', '{"record_label": "name"}');
\echo :SQLSTATE
SELECT customer_workflow.configure('accounts', '{"apply_as": "alice", "record_label": null}');
\echo :SQLSTATE
SELECT customer_workflow.protect('accounts', '{name}', NULL, '{"record_label": "name"}');
\echo :SQLSTATE

-- and a duty for one table says nothing about others
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE others (id int PRIMARY KEY, name text);
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.protect('others', '{name}');
\echo :SQLSTATE

-- Everything is in the history, with old and new
SET SESSION AUTHORIZATION erp_owner;
SELECT person, kind, comment, details FROM customer_workflow.workflow_history ORDER BY at;
