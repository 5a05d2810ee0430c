-- Design 5, set_data_entity, option withdraw: a field that the import SETs to the stored value withdraws its own open change of it.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'credit_managers');
SELECT customer_workflow.set_data_entity('import', 'customers');
CREATE TEMP VIEW changes AS SELECT proposal, field, proposed_value, status, author FROM customer_workflow.proposed_changes ORDER BY proposal, field;
GRANT SELECT ON changes TO PUBLIC;

-- not set, the stored value says nothing
SET SESSION AUTHORIZATION import;
UPDATE customers SET credit_limit = 5000, payment_terms = 'N60' WHERE id = 1;
UPDATE customers SET credit_limit = 1000, payment_terms = 'N30' WHERE id = 1;
SELECT * FROM changes;

-- set, one field after the other goes; what is left of a pending proposal starts again
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.set_data_entity('import', 'customers', '{"withdraw": true}');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 7000 WHERE id = 1;
SET SESSION AUTHORIZATION import;
BEGIN;
UPDATE customers SET credit_limit = 1000 WHERE id = 1;
SELECT * FROM changes;
SELECT * FROM customer_workflow.last_proposals();
COMMIT;
SELECT * FROM changes;
SELECT status, waiting_on FROM customer_workflow.proposals WHERE id = 1;
SELECT kind, person, source FROM customer_workflow.workflow_history WHERE proposal = 1;
-- columns that the statement does not SET say nothing; the other author's change is his
UPDATE customers SET city = 'Bremen' WHERE id = 1;
SELECT * FROM changes;
UPDATE customers SET payment_terms = payment_terms, credit_limit = credit_limit WHERE id = 1;
SELECT * FROM changes;
SELECT id, status FROM customer_workflow.proposals ORDER BY id;

-- one withdrawn and one changed in the same statement, of many rows
UPDATE customers SET credit_limit = 5000, payment_terms = 'N60' WHERE id > 1;
SELECT * FROM changes;
UPDATE customers SET credit_limit = 2000, payment_terms = 'N61' WHERE id > 1;
SELECT * FROM changes;
SELECT status, waiting_on FROM customer_workflow.proposals WHERE id > 2 ORDER BY id;
-- where nothing is proposed there is nothing to withdraw
UPDATE customers SET credit_limit = 1000 WHERE id = 1;
