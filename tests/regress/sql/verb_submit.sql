-- Design 5, Decide: submit() hands a proposal to its workflow, also again after it came back.
\set SHOW_CONTEXT never
CREATE ROLE verb_submit_desk;
GRANT verb_submit_desk TO bob, dave;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}');
SELECT customer_workflow.grant_duty('customers', 'steward', 'dave');
CREATE TEMP VIEW state AS
    SELECT id, status, status_message, author, originator, comment, waiting_on, workflow, version, digest IS NOT NULL AS digest,
           submitted_at IS NOT NULL AS submitted, decided_at IS NOT NULL AS decided FROM customer_workflow.proposals ORDER BY id;
GRANT SELECT ON state TO PUBLIC;
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000;
\x
SELECT * FROM state WHERE id = 1;
\x

-- nobody would decide it
SELECT * FROM error_of('SELECT customer_workflow.submit(1)');
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'role:alice');
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of('SELECT customer_workflow.submit(1)');
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'verb_submit_desk');

-- by its author, not by anybody else, whoever he is
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of('SELECT customer_workflow.submit(1)');
RESET SESSION AUTHORIZATION;
SELECT field, value FROM error_of('SELECT customer_workflow.submit(1)') WHERE field = 'sqlstate';
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(1, 'framework agreement');
\x
SELECT * FROM state WHERE id = 1;
\x
-- once
SELECT * FROM error_of('SELECT customer_workflow.submit(1)');

-- by a steward, who becomes its originator and may not decide it either
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.submit(2);
SELECT author, originator, comment FROM state WHERE id = 2;
SELECT * FROM error_of('SELECT customer_workflow.approve(2)');

-- again after a rejection, and after a request for change; with or without an edit
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.reject(1, 'too much');
SELECT customer_workflow.request_change(2, 'why?');
SET SESSION AUTHORIZATION alice;
SELECT id, status, decided, waiting_on FROM state WHERE id < 3;
UPDATE customers SET credit_limit = 4000 WHERE id = 1;
SELECT customer_workflow.submit(1);
SELECT customer_workflow.submit(2, 'because they asked');
SELECT id, status, originator, comment, decided, waiting_on FROM state WHERE id < 3;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1);
SELECT kind, person, comment, details #>> '{changes,0,proposed}' AS proposed FROM customer_workflow.workflow_history WHERE proposal = 1;

-- not when it is closed, not when there is none
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of('SELECT customer_workflow.submit(1)');
SELECT * FROM error_of('SELECT customer_workflow.submit(99)');
SELECT * FROM error_of('SELECT customer_workflow.submit(NULL)');

-- what was submitted in a transaction that is rolled back was not
BEGIN;
SELECT customer_workflow.submit(3);
ROLLBACK;
SELECT status, waiting_on FROM state WHERE id = 3;
RESET SESSION AUTHORIZATION;
DROP ROLE verb_submit_desk;
