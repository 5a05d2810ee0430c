-- Design 5, Propose: discard_change() removes one proposed value; the last one cancels the proposal.
\set SHOW_CONTEXT never
CREATE ROLE verb_discard_change_desk;
GRANT verb_discard_change_desk TO bob, carol, dave;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{name, credit_limit, payment_terms}', 'verb_discard_change_desk');
SELECT customer_workflow.grant_duty('customers', 'steward', 'dave');
CREATE TEMP VIEW state AS
    SELECT p.id, p.status, p.digest IS NOT NULL AS digest, p.waiting_on, string_agg(c.field, ', ' ORDER BY c.field) AS fields
      FROM customer_workflow.proposals AS p LEFT JOIN customer_workflow.proposed_changes AS c ON c.proposal = p.id
     GROUP BY p.id, p.status, p.digest, p.waiting_on ORDER BY p.id;
GRANT SELECT ON state TO PUBLIC;

-- of a draft, one after the other
SET SESSION AUTHORIZATION alice;
UPDATE customers SET name = 'A', credit_limit = 5000, payment_terms = 'N60' WHERE id = 1;
SELECT customer_workflow.discard_change(1, 'name');
SELECT * FROM state;
SELECT customer_workflow.discard_change(1, 'payment_terms');
SELECT customer_workflow.discard_change(1, 'credit_limit');
SELECT * FROM state;
SELECT kind, person, details FROM customer_workflow.workflow_history WHERE proposal = 1;

-- of a pending proposal: what the approvers saw is not what is proposed any more, so that it becomes a draft
UPDATE customers SET name = 'A', credit_limit = 5000 WHERE id = 1;
SELECT customer_workflow.submit(2);
SELECT * FROM state WHERE id = 2;
SELECT customer_workflow.discard_change(2, 'name');
SELECT * FROM state WHERE id = 2;
-- which takes further changes
UPDATE customers SET payment_terms = 'N60' WHERE id = 1;
SELECT * FROM state WHERE id = 2;

-- of a rejected and of a returned one, which stay what they are
SELECT customer_workflow.submit(2);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.reject(2, 'no');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.discard_change(2, 'credit_limit');
SELECT * FROM state WHERE id = 2;
UPDATE customers SET name = 'A' WHERE id = 1;
SELECT customer_workflow.submit(2);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.request_change(2, 'keep the name');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.discard_change(2, 'name');
SELECT * FROM state WHERE id = 2;

-- what is not there
SELECT * FROM error_of($$ SELECT customer_workflow.discard_change(2, 'name') $$);
SELECT * FROM error_of($$ SELECT customer_workflow.discard_change(2, 'shoe_size') $$);
SELECT * FROM error_of($$ SELECT customer_workflow.discard_change(2, NULL) $$);
SELECT * FROM error_of($$ SELECT customer_workflow.discard_change(99, 'name') $$);
SELECT * FROM error_of($$ SELECT customer_workflow.discard_change(NULL, 'name') $$);
-- closed proposals stay as they were
SELECT * FROM error_of($$ SELECT customer_workflow.discard_change(1, 'name') $$);

-- others may not, a steward may; whoever has edited a proposal does not decide it
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of($$ SELECT customer_workflow.discard_change(2, 'payment_terms') $$);
RESET SESSION AUTHORIZATION;
SELECT field, value FROM error_of($$ SELECT customer_workflow.discard_change(2, 'payment_terms') $$) WHERE field = 'sqlstate';
SET SESSION AUTHORIZATION alice;
UPDATE customers SET name = 'A' WHERE id = 1;
SELECT customer_workflow.submit(2);
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.discard_change(2, 'name');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(2);
SET SESSION AUTHORIZATION dave;
SELECT * FROM error_of('SELECT customer_workflow.approve(2)');

-- what a transaction discarded counts as amended by it
SET SESSION AUTHORIZATION alice;
UPDATE customers SET name = 'B', credit_limit = 7 WHERE id = 2;
BEGIN;
SELECT count(*) FROM customer_workflow.last_proposals();
SELECT customer_workflow.discard_change(3, 'name');
SELECT id FROM customer_workflow.last_proposals() AS id;
ROLLBACK;
SELECT * FROM state WHERE id = 3;
RESET SESSION AUTHORIZATION;
DROP ROLE verb_discard_change_desk;
