-- Promise 4, both are told: an open proposal that has just been overtaken has it in its history, and whoever has overtaken it gets one NOTICE.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms, bank_account}', 'credit_managers');
SELECT customer_workflow.set_data_entity('erp', 'customers', '{"behavior": "allow_without_approval"}');
RESET SESSION AUTHORIZATION;
CREATE VIEW told AS
SELECT proposal, person, source, details FROM customer_workflow.workflow_history WHERE kind = 'overtaken' ORDER BY at, proposal;
GRANT SELECT ON told TO PUBLIC;

-- At propose time who comes second is told of who was first.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000, payment_terms = 'N60' WHERE id = 1;
SET SESSION AUTHORIZATION dave;
UPDATE customers SET credit_limit = 6000, bank_account = 'DE55' WHERE id = 1;
SET SESSION AUTHORIZATION import;
UPDATE customers SET payment_terms = 'N60' WHERE id = 1;
SELECT customer_workflow.submit(3);
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(1);
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.submit(2);

-- The decision overtakes Dave; Import wanted the same, and is not overtaken.
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1);
SET SESSION AUTHORIZATION dave;
SELECT * FROM told;
SELECT id, status, conflict FROM customer_workflow.proposals ORDER BY id;
SELECT customer_workflow.review(2) #> '{history,-1,kind}' AS last, customer_workflow.review(2) #> '{problems,0,message}' AS problem;
-- It is told once: that another one writes the same is no news.
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(3);
SET SESSION AUTHORIZATION dave;
SELECT count(*) FROM told;

-- A direct change by a data entity that may: also of more records than one, and of one that has two proposals.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5500, bank_account = 'DE56' WHERE id <= 2;
SET SESSION AUTHORIZATION erp;
UPDATE customers SET credit_limit = 1500, bank_account = 'DE56', city = 'Hamburg';
SELECT proposal, person, source, details FROM told;
-- that value and that field are no news to anybody
UPDATE customers SET credit_limit = 1500, payment_terms = 'N15';
-- the value that was proposed, and the original again, are none
UPDATE customers SET credit_limit = 5500;
UPDATE customers SET credit_limit = 5000;
SELECT proposal, person, details FROM told OFFSET 4;

-- While approvals are disabled
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.disable('customers');
UPDATE customers SET credit_limit = 1700 WHERE id = 2;
SELECT customer_workflow.enable('customers');
RESET SESSION AUTHORIZATION;
SELECT proposal, person, details FROM told WHERE details ->> 'reason' = 'disabled';

-- One NOTICE a statement, which names few of many, and no history of what is rolled back.
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.cancel_many(ARRAY(SELECT id FROM customer_workflow.proposals WHERE status = 'not_submitted' AND author = 'alice'));
RESET SESSION AUTHORIZATION;
INSERT INTO customers (id, name, credit_limit) SELECT i, 'C' || i, 100 FROM generate_series(11, 20) AS i;
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 200 WHERE id > 10;
SET SESSION AUTHORIZATION dave;
UPDATE customers SET credit_limit = 300 WHERE id > 10;
SELECT min(id) AS first, max(id) AS last FROM customer_workflow.proposals WHERE status = 'not_submitted' AND author = 'dave' \gset
SELECT count(*) FROM customer_workflow.submit_many(ARRAY(SELECT generate_series(:first, :last)));
SET SESSION AUTHORIZATION bob;
BEGIN;
SELECT count(*) FROM customer_workflow.approve_many(ARRAY(SELECT generate_series(:first, :last)));
ROLLBACK;
SELECT count(customer_workflow.approve(p)) FROM generate_series(:first, :last) AS p;
RESET SESSION AUTHORIZATION;
SELECT count(*), count(DISTINCT proposal), count(DISTINCT details -> 'by') FROM told WHERE proposal >= :first - 10;
SELECT conflict, count(*) FROM customer_workflow.proposals WHERE author = 'alice' AND status = 'not_submitted' GROUP BY conflict;
-- no NOTICE where they are switched off
SET SESSION AUTHORIZATION erp;
SET customer_workflow.notices = off;
UPDATE customers SET credit_limit = 400 WHERE id > 10;
RESET customer_workflow.notices;
-- nor for what an inner block of the statement has rolled back
DO $$
BEGIN
    PERFORM (SELECT count(*) FROM error_of('UPDATE customers SET credit_limit = 500 + 1 / 0 WHERE id = 20'));
    PERFORM (SELECT count(*) FROM error_of($sql$ DO $do$ BEGIN UPDATE customers SET credit_limit = 500 WHERE id > 10; RAISE 'no'; END $do$ $sql$));
END $$;
RESET SESSION AUTHORIZATION;
SELECT count(*) FROM told WHERE details @> '{"changes": [{"stored": "400.00"}]}';
SELECT count(*) FROM told WHERE details @> '{"changes": [{"stored": "500.00"}]}';

-- Who may not read the field does not read in the history what was written to it.
REVOKE SELECT ON customers FROM carol;
GRANT SELECT (id, name) ON customers TO carol;
SET SESSION AUTHORIZATION carol;
SELECT count(*) FROM told WHERE proposal >= :first - 10;
