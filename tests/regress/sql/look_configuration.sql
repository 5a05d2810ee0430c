-- Design 5, Look: the configuration is readable: protected_fields, workflows, data_entities, duties.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE accounts (id int PRIMARY KEY, name text, iban text, credit_limit numeric);
CREATE TABLE items (id int PRIMARY KEY, price numeric);
GRANT SELECT (id) ON accounts TO alice;
SELECT customer_workflow.protect('accounts', '{credit_limit,iban}', 'credit_managers', '{"overlap": "reject"}');
SELECT customer_workflow.protect('items', '{price}');
SELECT relation, field, enabled, approvers FROM customer_workflow.protected_fields;
SELECT key, value FROM customer_workflow.protected_fields, jsonb_each(options) WHERE field = 'iban' AND key IN ('overlap', 'amend', 'conflict') ORDER BY key;
SELECT customer_workflow.disable('items');
SELECT relation, field, enabled, approvers FROM customer_workflow.protected_fields WHERE relation = 'items'::regclass;

-- The built-in workflow, as a definition
SELECT name, relation, version, active, priority, description FROM customer_workflow.workflows;
\pset format unaligned
SELECT jsonb_pretty(definition) FROM customer_workflow.workflows;
\pset format aligned

SELECT customer_workflow.set_data_entity('dave', 'accounts', '{"behavior": "reject_changes", "fields": {"iban": "ignore_changes"}}');
SELECT customer_workflow.set_data_entity('person:shop', 'accounts');
SELECT customer_workflow.grant_duty('accounts', 'steward', 'dave');
SELECT customer_workflow.grant_duty('accounts', 'auditor', 'person:maria');
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.set_data_entity('alice', NULL, '{"withdraw": true}');
SET SESSION AUTHORIZATION erp_owner;
SELECT * FROM customer_workflow.data_entities;
SELECT customer_workflow.configure('accounts', '{"data_entity_behavior": "ignore_changes"}');
SELECT * FROM customer_workflow.data_entities WHERE data_entity = 'person:shop';
SELECT * FROM customer_workflow.duties;

-- Whoever may SELECT something of a table knows how it is protected; data entities and duties are for those who see everything, and one's own
SET SESSION AUTHORIZATION alice;
SELECT relation, field FROM customer_workflow.protected_fields;
SELECT name, relation FROM customer_workflow.workflows;
SELECT * FROM customer_workflow.data_entities;
SELECT * FROM customer_workflow.duties;
SET SESSION AUTHORIZATION dave;
SELECT relation, field FROM customer_workflow.protected_fields;
SELECT data_entity, relation FROM customer_workflow.data_entities;
SELECT * FROM customer_workflow.duties;
SET SESSION AUTHORIZATION bob;
SELECT count(*) FROM customer_workflow.data_entities;
