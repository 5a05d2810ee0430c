-- Data entities, set_data_entity(): who is an import, for one table or for all, and what is not valid.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE accounts (id int PRIMARY KEY, name text, credit_limit numeric);
SELECT customer_workflow.protect('accounts', '{name, credit_limit}', 'credit_managers');

SELECT customer_workflow.set_data_entity('dave', 'accounts', '{"behaviour": "reject_changes"}');
\echo :SQLSTATE
SELECT customer_workflow.set_data_entity('dave', 'accounts', '{"behavior": "allow"}');
\echo :SQLSTATE
SELECT customer_workflow.set_data_entity('dave', 'accounts', '{"fields": ["name"]}');
\echo :SQLSTATE
SELECT customer_workflow.set_data_entity('dave', 'accounts', '{"fields": {"name": "allow"}}');
\echo :SQLSTATE
SELECT customer_workflow.set_data_entity('dave', 'accounts', '{"fields": {"id": "reject_changes"}}');
\echo :SQLSTATE
SELECT customer_workflow.set_data_entity('dave', 'accounts', '{"auto_submit": true}');
\echo :SQLSTATE
SELECT customer_workflow.set_data_entity('dave', 'accounts', '{"redundant_update": "no"}');
\echo :SQLSTATE
SELECT customer_workflow.set_data_entity('dave', 'accounts', '{"withdraw": "yes"}');
\echo :SQLSTATE
SELECT customer_workflow.set_data_entity('dave', 'accounts', NULL);
\echo :SQLSTATE
SELECT customer_workflow.set_data_entity('no_such_role', 'accounts');
\echo :SQLSTATE
SELECT customer_workflow.set_data_entity('group:board', 'accounts');
\echo :SQLSTATE
SELECT customer_workflow.set_data_entity(NULL, 'accounts');
\echo :SQLSTATE
SELECT * FROM customer_workflow.data_entities;

-- One table: the options replace those set before
SELECT customer_workflow.set_data_entity('dave', 'accounts', '{"behavior": "reject_changes", "fields": {"name": "ignore_changes"}, "auto_submit": "never", "redundant_update": "skip", "withdraw": true}');
SELECT * FROM customer_workflow.data_entities;
SELECT customer_workflow.set_data_entity('role:dave', 'accounts', '{"auto_submit": "always", "withdraw": null}');
SELECT customer_workflow.set_data_entity('person:nightly-import', 'accounts');
SELECT * FROM customer_workflow.data_entities;

-- Every table: for the owner of the database
SELECT customer_workflow.set_data_entity('carol');
\echo :SQLSTATE
SELECT customer_workflow.remove_data_entity('carol');
\echo :SQLSTATE
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.set_data_entity('carol', NULL, '{"fields": {"anything": "ignore_changes"}}');
SELECT * FROM customer_workflow.data_entities;

-- What was set for one table is removed for that table; a role that is gone can be removed
SELECT customer_workflow.remove_data_entity('dave');
\echo :SQLSTATE
SELECT customer_workflow.remove_data_entity('carol', 'accounts');
\echo :SQLSTATE
SELECT customer_workflow.remove_data_entity('dave', 'accounts');
SELECT customer_workflow.remove_data_entity('carol');
CREATE ROLE entities_leaver;
SELECT customer_workflow.set_data_entity('entities_leaver', 'accounts');
DROP ROLE entities_leaver;
SELECT customer_workflow.remove_data_entity('entities_leaver', 'accounts');
SELECT * FROM customer_workflow.data_entities;
SELECT kind, details FROM customer_workflow.workflow_history WHERE kind ~ 'entity' ORDER BY at;
