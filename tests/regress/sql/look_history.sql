-- Promise 9: who proposed, decided and configured what stays readable, with the values that were decided.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE accounts (id int PRIMARY KEY, credit_limit numeric, note text);
INSERT INTO accounts VALUES (1, 100, 'a'), (2, 100, 'b');
GRANT SELECT, UPDATE ON accounts TO alice, dave;
SELECT customer_workflow.protect('accounts', '{credit_limit,note}', 'credit_managers');
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET credit_limit = 200, note = NULL WHERE id = 1;
SELECT id AS proposal FROM customer_workflow.proposals \gset
SELECT customer_workflow.submit(:proposal, 'please');
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.reject(:proposal, 'too much');
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET credit_limit = 150 WHERE id = 1;
SELECT customer_workflow.submit(:proposal, 'less');
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.approve(:proposal, 'fine');

-- A decision is about what had been submitted, whatever came later
SET SESSION AUTHORIZATION erp_owner;
SELECT record_key, field, original_value, proposed_value, author, person, on_behalf_of, action, comment, digest IS NOT NULL AS digest, at IS NOT NULL AS at, applied_at IS NOT NULL AS applied
  FROM customer_workflow.decisions;
SELECT count(DISTINCT digest) FROM customer_workflow.decisions;
SELECT kind, person, on_behalf_of, database_role, source, element, step, comment, digest IS NOT NULL AS digest FROM customer_workflow.workflow_history WHERE proposal = :proposal;
SELECT kind, person, proposal, details ->> 'relation' AS relation FROM customer_workflow.workflow_history WHERE proposal IS NULL;

-- Those who acted in it read it, those who may SELECT the fields read the history, those who do neither read nothing
SET SESSION AUTHORIZATION bob;
SELECT count(*) FROM customer_workflow.decisions;
SET SESSION AUTHORIZATION dave;
SELECT count(*) FROM customer_workflow.decisions;
SELECT count(*) > 0 FROM customer_workflow.workflow_history;
SELECT count(*) FROM customer_workflow.workflow_history WHERE proposal IS NULL;
SET SESSION AUTHORIZATION erp_owner;
REVOKE SELECT ON accounts FROM dave;
SET SESSION AUTHORIZATION dave;
SELECT count(*) FROM customer_workflow.workflow_history;

-- A very long value is kept as its SHA-256 and size
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET note = repeat('x', 1048577) WHERE id = 2;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE record_key = '{"id": 2}';
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(proposal) FROM customer_workflow.my_work_items;
SELECT original_value, proposed_value FROM customer_workflow.decisions WHERE record_key = '{"id": 2}';

-- What was written past approval
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.disable('accounts', 'migration');
GRANT UPDATE, SELECT (id, credit_limit) ON accounts TO dave;
SET SESSION AUTHORIZATION dave;
UPDATE accounts SET credit_limit = 999 WHERE id = 1;
SET SESSION AUTHORIZATION erp_owner;
UPDATE accounts SET credit_limit = 888, note = 'n' WHERE id = 2;
SELECT relation, record_key, field, original_value = repeat('x', 1048577) AS long, left(original_value, 20) AS original_value, new_value, person, database_role, reason FROM customer_workflow.direct_changes;
SET SESSION AUTHORIZATION dave;
SELECT record_key, field, original_value, new_value, person FROM customer_workflow.direct_changes;
SET SESSION AUTHORIZATION bob;
SELECT count(*) FROM customer_workflow.direct_changes;

-- What is not about one table is for the owner of the database
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.add_group_member('board', 'role:dave');
SELECT kind FROM customer_workflow.workflow_history WHERE details ->> 'relation' IS NULL AND proposal IS NULL;
SET SESSION AUTHORIZATION erp_owner;
SELECT kind FROM customer_workflow.workflow_history WHERE details ->> 'relation' IS NULL AND proposal IS NULL;
