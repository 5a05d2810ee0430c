-- Capture: customer_workflow.comment and .reference, last_proposals().
\set SHOW_CONTEXT never
SET customer_workflow.notices = off;
ALTER DATABASE regress_capture_settings SET customer_workflow.notices = off;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'credit_managers');
CREATE VIEW told AS SELECT id, record_key, author, comment, reference FROM customer_workflow.proposals ORDER BY id;
GRANT SELECT ON told TO PUBLIC;

-- A reason and a batch id, also when they are set before the library is there
\c -
SET SESSION AUTHORIZATION alice;
BEGIN;
SET LOCAL customer_workflow.comment = 'new contract';
SET LOCAL customer_workflow.reference = 'batch 7';
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
COMMIT;
SELECT current_setting('customer_workflow.comment') AS comment, current_setting('customer_workflow.reference') AS reference;
SELECT * FROM told;
-- An amendment without keeps them, one with others replaces them, and history knows both
UPDATE customers SET credit_limit = 5100 WHERE id = 1;
SELECT * FROM told;
BEGIN;
SELECT set_config('customer_workflow.comment', 'it was 5200, «quoted»', true);
UPDATE customers SET credit_limit = 5200 WHERE id = 1;
COMMIT;
SELECT * FROM told;
SELECT kind, comment FROM customer_workflow.workflow_history WHERE proposal = 1 ORDER BY at;
-- A value that is proposed already changes neither
BEGIN;
SET LOCAL customer_workflow.comment = 'nothing new';
UPDATE customers SET credit_limit = 5200 WHERE id = 1;
COMMIT;
SELECT * FROM told;
-- For the session, and each value its own
SET customer_workflow.reference = 'session';
UPDATE customers SET credit_limit = 5000 WHERE id = 2;
SET customer_workflow.comment = 'first';
UPDATE customers SET credit_limit = 5000 WHERE id = 3;
RESET customer_workflow.comment;
RESET customer_workflow.reference;
-- propose() has a comment of its own, which goes before the setting and leaves it
SET customer_workflow.comment = 'of the session';
SELECT customer_workflow.propose('customers', '{"id": 2}', '{"payment_terms": "N60"}', 'of the call') = 2 AS second;
UPDATE customers SET payment_terms = 'N60' WHERE id = 3;
SELECT * FROM told WHERE id > 1;
-- also when it fails
SELECT customer_workflow.propose('customers', '{"id": 99}', '{"payment_terms": "N60"}', 'of the call');
\echo :SQLSTATE
SHOW customer_workflow.comment;
RESET customer_workflow.comment;
SELECT customer_workflow.cancel_many('{1, 2, 3}');

-- last_proposals(): what this transaction made or amended, in order
SELECT * FROM customer_workflow.last_proposals();
BEGIN;
SELECT count(*) FROM customer_workflow.last_proposals();
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
UPDATE customers SET credit_limit = 5000 WHERE id = 2;
SELECT * FROM customer_workflow.last_proposals();
UPDATE customers SET payment_terms = 'N60' WHERE id = 1;
SELECT * FROM customer_workflow.last_proposals();
COMMIT;
SELECT * FROM customer_workflow.last_proposals();
-- what was proposed already is not amended
BEGIN;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SELECT * FROM customer_workflow.last_proposals();
-- an amendment by UPDATE, propose(), withdrawal, discard_change()
UPDATE customers SET credit_limit = 5001 WHERE id = 2;
SELECT * FROM customer_workflow.last_proposals();
SELECT customer_workflow.propose('customers', '{"id": 3}', '{"credit_limit": 5000, "payment_terms": "N60"}');
SELECT * FROM customer_workflow.last_proposals();
COMMIT;
BEGIN;
SELECT customer_workflow.discard_change(4, 'payment_terms');
SELECT * FROM customer_workflow.last_proposals();
COMMIT;
BEGIN;
SELECT customer_workflow.propose('customers', '{"id": 3}', '{"payment_terms": null}');
SELECT * FROM customer_workflow.last_proposals();
COMMIT;
-- a savepoint that is rolled back takes its own back
BEGIN;
UPDATE customers SET credit_limit = 5002 WHERE id = 2;
SAVEPOINT s;
UPDATE customers SET credit_limit = 5003 WHERE id = 1;
SELECT * FROM customer_workflow.last_proposals();
ROLLBACK TO s;
SELECT * FROM customer_workflow.last_proposals();
UPDATE customers SET credit_limit = 5004 WHERE id = 3;
RELEASE s;
SELECT * FROM customer_workflow.last_proposals();
COMMIT;
-- as a part of the statement that asks
CREATE FUNCTION pg_temp.change(customer bigint, wish numeric) RETURNS bigint[] LANGUAGE plpgsql AS $$
BEGIN
    UPDATE customers SET credit_limit = wish WHERE id = customer;
    RETURN ARRAY(SELECT customer_workflow.last_proposals());
END
$$;
SELECT pg_temp.change(id, 5005) FROM customers ORDER BY id;
