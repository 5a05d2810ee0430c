-- Design 5, Look: who sees which proposals, and which fields of them.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
CREATE ROLE look_visibility_clerk LOGIN;
CREATE ROLE look_visibility_auditor LOGIN;
CREATE ROLE look_visibility_stranger LOGIN;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE accounts (id int PRIMARY KEY, name text, credit_limit numeric, iban text);
INSERT INTO accounts SELECT i, 'Account ' || i, 1000 * i, 'DE' || i FROM generate_series(1, 3) AS i;
GRANT SELECT, UPDATE ON accounts TO alice, dave;
GRANT SELECT (id, credit_limit) ON accounts TO look_visibility_clerk;
SELECT customer_workflow.protect('accounts', '{credit_limit,iban}', 'credit_managers', '{"record_label": "name"}');
SELECT customer_workflow.grant_duty('accounts', 'auditor', 'look_visibility_auditor');

SET SESSION AUTHORIZATION alice;
BEGIN;
SET LOCAL customer_workflow.comment = 'limit to 5000, new bank';
UPDATE accounts SET credit_limit = 5000, iban = 'FR1' WHERE id = 1;
COMMIT;
UPDATE accounts SET iban = 'FR2' WHERE id = 2;
SET SESSION AUTHORIZATION dave;
UPDATE accounts SET credit_limit = 7 WHERE id = 3;
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE record_key = '{"id": 1}';

-- The author: with every value
SELECT record_key, field, original_value, proposed_value FROM customer_workflow.proposed_changes ORDER BY proposal, field;
SELECT record_key, record_label, author, comment, digest IS NOT NULL AS digest, waiting_on FROM customer_workflow.proposals ORDER BY id;

-- Approvers who may not SELECT the table: what they are to decide, nothing else
SET SESSION AUTHORIZATION bob;
SELECT * FROM accounts;
SELECT record_key, field, original_value, proposed_value, current_value, conflict FROM customer_workflow.proposed_changes ORDER BY proposal, field;
SELECT record_key, record_label, author, comment, digest IS NOT NULL AS digest FROM customer_workflow.proposals ORDER BY id;

-- A role with SELECT on one field: that field of every proposal that changes it; no words and no digest of what it may not see
SET SESSION AUTHORIZATION look_visibility_clerk;
SELECT record_key, field, original_value, proposed_value, current_value, conflict FROM customer_workflow.proposed_changes ORDER BY proposal, field;
SELECT record_key, record_label, author, comment, digest IS NOT NULL AS digest FROM customer_workflow.proposals ORDER BY id;
SELECT proposal, kind, person, comment, digest, details FROM customer_workflow.workflow_history WHERE proposal IN (SELECT id FROM customer_workflow.proposals WHERE record_key = '{"id": 1}');

-- SELECT on a field without the key is SELECT on nothing
SET SESSION AUTHORIZATION erp_owner;
REVOKE SELECT (id) ON accounts FROM look_visibility_clerk;
SET SESSION AUTHORIZATION look_visibility_clerk;
SELECT count(*) FROM customer_workflow.proposals;

-- A stranger sees nothing
SET SESSION AUTHORIZATION look_visibility_stranger;
SELECT (SELECT count(*) FROM customer_workflow.proposals) AS proposals,
       (SELECT count(*) FROM customer_workflow.proposed_changes) AS proposed_changes,
       (SELECT count(*) FROM customer_workflow.my_work_items) AS my_work_items,
       (SELECT count(*) FROM customer_workflow.work_items) AS work_items,
       (SELECT count(*) FROM customer_workflow.workflow_history) AS workflow_history,
       (SELECT count(*) FROM customer_workflow.decisions) AS decisions,
       (SELECT count(*) FROM customer_workflow.direct_changes) AS direct_changes,
       (SELECT count(*) FROM customer_workflow.protected_fields) AS protected_fields,
       (SELECT count(*) FROM customer_workflow.workflows) AS workflows,
       (SELECT count(*) FROM customer_workflow.duties) AS duties;
SELECT count(*) FROM customer_workflow.pending_changes('accounts');

-- Everything: auditor, owner, superuser
SET SESSION AUTHORIZATION look_visibility_auditor;
SELECT count(*), count(current_value) FROM customer_workflow.proposed_changes;
SELECT count(*) FROM customer_workflow.proposals WHERE comment = 'limit to 5000, new bank';
SET SESSION AUTHORIZATION erp_owner;
SELECT count(*), count(current_value) FROM customer_workflow.proposed_changes;
RESET SESSION AUTHORIZATION;
SELECT count(*), count(current_value) FROM customer_workflow.proposed_changes;

-- An approver keeps seeing what he has decided, and his colleague does not
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(proposal) FROM customer_workflow.my_work_items;
SELECT record_key, field, proposed_value, current_value, conflict, status FROM customer_workflow.proposed_changes ORDER BY proposal, field;
SET SESSION AUTHORIZATION carol;
SELECT count(*) FROM customer_workflow.proposals;

-- Nothing but the views and functions is there for everybody
SET SESSION AUTHORIZATION look_visibility_stranger;
SELECT count(*) FROM customer_workflow.proposal;
SELECT count(*) FROM customer_workflow._seen_proposal;

-- A SECURITY DEFINER function of a superuser does not lend its owner's SELECT
RESET SESSION AUTHORIZATION;
CREATE FUNCTION count_proposals() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM customer_workflow.proposals';
SET SESSION AUTHORIZATION look_visibility_stranger;
SELECT count_proposals();
SELECT * FROM customer_workflow.check_proposal(2);
\echo :SQLSTATE
SET SESSION AUTHORIZATION alice;
SELECT count_proposals();
SET ROLE NONE;

RESET SESSION AUTHORIZATION;
DROP OWNED BY look_visibility_clerk, look_visibility_auditor, look_visibility_stranger;
DROP ROLE look_visibility_clerk, look_visibility_auditor, look_visibility_stranger;
