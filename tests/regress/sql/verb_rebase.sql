-- Design 5, Decide: rebase() takes what is stored now as the new original of what moved; approvals are void.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'credit_managers');
SELECT customer_workflow.grant_duty('customers', 'steward', 'dave');
SELECT customer_workflow.set_data_entity('erp', 'customers', '{"behavior": "allow_without_approval"}');
CREATE TEMP VIEW changes AS
    SELECT proposal, field, original_value, proposed_value, current_value, conflict, status FROM customer_workflow.proposed_changes ORDER BY proposal, field;
GRANT SELECT ON changes TO PUBLIC;

-- nothing moved: nothing happens
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000, payment_terms = 'N60';
SELECT customer_workflow.submit_many('{1,2}');
SELECT digest AS before FROM customer_workflow.proposals WHERE id = 1 \gset
SELECT customer_workflow.rebase(1);
SELECT status, digest = :'before' AS same_digest FROM customer_workflow.proposals WHERE id = 1;

-- a pending proposal becomes a draft: what was seen is not what is proposed
SET SESSION AUTHORIZATION erp;
UPDATE customers SET credit_limit = 1500;
SET SESSION AUTHORIZATION alice;
SELECT * FROM changes WHERE proposal = 1;
SELECT customer_workflow.rebase(1);
SELECT * FROM changes WHERE proposal = 1;
SELECT status, digest, waiting_on FROM customer_workflow.proposals WHERE id = 1;
SELECT kind, person, details FROM customer_workflow.workflow_history WHERE proposal = 1 ORDER BY at DESC LIMIT 1;
SELECT customer_workflow.submit(1);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1);
SELECT credit_limit, payment_terms FROM customers WHERE id = 1;

-- a draft, a rejected and a returned one keep their status
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.rebase(3);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.reject(2, 'no');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.rebase(2);
SELECT customer_workflow.submit(2);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.request_change(2, 'no');
SET SESSION AUTHORIZATION erp;
UPDATE customers SET credit_limit = 1600 WHERE id = 2;
-- a steward may, too
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.rebase(2);
SELECT * FROM changes WHERE proposal = 2;

-- a value that is stored already is no conflict and stays
SET SESSION AUTHORIZATION erp;
UPDATE customers SET payment_terms = 'N60' WHERE id = 2;
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.rebase(2);
SELECT * FROM changes WHERE proposal = 2;

-- not others, not closed ones, not where there is no record
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of('SELECT customer_workflow.rebase(2)');
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of('SELECT customer_workflow.rebase(1)');
SELECT * FROM error_of('SELECT customer_workflow.rebase(99)');
RESET SESSION AUTHORIZATION;
SET session_replication_role = replica;
DELETE FROM customers WHERE id = 3;
RESET session_replication_role;
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of('SELECT customer_workflow.rebase(3)');
SELECT * FROM changes WHERE proposal = 3;

-- many: an outcome each
SELECT * FROM customer_workflow.rebase_many('{1,2,99}');
