-- Promise 4, option overlap: who proposes over another's open proposal is told at propose time, whatever its status is, also in bulk.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'credit_managers');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000;
SELECT customer_workflow.submit(p) FROM generate_series(1, 2) AS p;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.reject(2, 'no');
-- one that is approved and waits for its date
RESET SESSION AUTHORIZATION;
UPDATE customer_workflow.proposal SET status = 'approved', effective_at = 'infinity' WHERE id = 1;

SET SESSION AUTHORIZATION dave;
UPDATE customers SET credit_limit = 6000 WHERE id = 1;
UPDATE customers SET credit_limit = 6000 WHERE id = 2;
SELECT customer_workflow.propose('customers', '{"id": 3}', '{"credit_limit": 6000}');
-- another value into his own draft; another field, which nobody else wants, into it as well
UPDATE customers SET credit_limit = 6500 WHERE id = 1;
UPDATE customers SET payment_terms = 'N90' WHERE id = 1;
-- the same value again is nothing new
UPDATE customers SET credit_limit = 6500 WHERE id = 1;

-- in bulk, and of several authors
SET SESSION AUTHORIZATION import;
UPDATE customers SET credit_limit = 7000;
-- in one call of a function, a statement each
DO $$ BEGIN
    UPDATE customers SET payment_terms = 'N10' WHERE id = 1;
    UPDATE customers SET payment_terms = 'N10' WHERE id = 2;
END $$;

-- A change of one's own proposal that is approved and waits: taken back as a running one is, and there is nobody else.
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.cancel(p) FROM generate_series(2, 3) AS p;
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.cancel(id) FROM customer_workflow.proposals WHERE author = 'dave' AND status = 'not_submitted' ORDER BY id;
SET SESSION AUTHORIZATION import;
SELECT customer_workflow.cancel(id) FROM customer_workflow.proposals WHERE author = 'import' AND status = 'not_submitted' ORDER BY id;
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5500 WHERE id = 1;
