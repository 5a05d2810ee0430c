-- Design 5, Propose: customer_workflow.comment and .reference go with what an UPDATE proposes; last_proposals() tells what this transaction proposed.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'credit_managers');
CREATE TEMP VIEW state AS SELECT id, comment, reference FROM customer_workflow.proposals ORDER BY id;
GRANT SELECT ON state TO PUBLIC;

-- a reason and a batch id, for the transaction
SET SESSION AUTHORIZATION alice;
BEGIN;
SET LOCAL customer_workflow.comment = 'framework agreement';
SET LOCAL customer_workflow.reference = 'batch 7';
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
COMMIT;
UPDATE customers SET credit_limit = 5000 WHERE id = 2;
SELECT * FROM state;
-- further changes keep them, or give new ones; empty is none
UPDATE customers SET payment_terms = 'N60' WHERE id = 1;
BEGIN;
SET LOCAL customer_workflow.comment = '';
SET LOCAL customer_workflow.reference = 'batch 8';
UPDATE customers SET payment_terms = 'N60';
COMMIT;
SELECT * FROM state;
-- the parameter of propose() comes before the setting, for its own proposal
BEGIN;
SET LOCAL customer_workflow.comment = 'of the transaction';
SELECT customer_workflow.propose('customers', '{"id": 2}', '{"credit_limit": 1}', 'of the call');
SELECT customer_workflow.propose('customers', '{"id": 3}', '{"credit_limit": 1}');
COMMIT;
SELECT * FROM state;
-- submit() may say something else, which the approvers then read
SELECT customer_workflow.submit(2, 'please');
SET SESSION AUTHORIZATION bob;
SELECT proposal, comment FROM customer_workflow.my_work_items;
SELECT proposal, kind, comment FROM customer_workflow.workflow_history WHERE comment IS NOT NULL;

-- last_proposals(): made or amended by this transaction, in order, once each
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.cancel_many('{1,2,3}');
SELECT count(*) FROM customer_workflow.last_proposals();
BEGIN;
SELECT count(*) FROM customer_workflow.last_proposals();
UPDATE customers SET credit_limit = 6000 WHERE id = 2;
UPDATE customers SET credit_limit = 6000 WHERE id = 1;
UPDATE customers SET payment_terms = 'N70' WHERE id = 2;
SELECT * FROM customer_workflow.last_proposals();
COMMIT;
-- a value that is proposed already amends nothing
BEGIN;
UPDATE customers SET credit_limit = 6000 WHERE id = 1;
SELECT count(*) FROM customer_workflow.last_proposals();
UPDATE customers SET credit_limit = 6001 WHERE id = 1;
SELECT * FROM customer_workflow.last_proposals();
-- what a savepoint takes back is not there
SAVEPOINT s;
UPDATE customers SET credit_limit = 6001 WHERE id = 3;
UPDATE customers SET credit_limit = 6001 WHERE id = 2;
SELECT count(*) FROM customer_workflow.last_proposals();
ROLLBACK TO s;
SELECT * FROM customer_workflow.last_proposals();
COMMIT;
SELECT count(*) FROM customer_workflow.last_proposals();
-- in the same transaction they can be submitted
BEGIN;
UPDATE customers SET payment_terms = 'N80' WHERE id < 3;
SELECT s.* FROM customer_workflow.submit_many(ARRAY(SELECT customer_workflow.last_proposals())) AS s;
COMMIT;
