-- Design 5, Look: review() is the whole screen in one call, and P0002 tells nothing to whom nothing is shown.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE accounts (id int PRIMARY KEY, name text, credit_limit numeric, iban text);
INSERT INTO accounts VALUES (1, 'ACME', 100, 'DE1');
GRANT SELECT, UPDATE ON accounts TO alice;
GRANT SELECT (id, credit_limit) ON accounts TO dave;
SELECT customer_workflow.protect('accounts', '{credit_limit,iban}', 'credit_managers', '{"record_label": "name"}');
SET SESSION AUTHORIZATION alice;
BEGIN;
SET LOCAL customer_workflow.comment = 'good customer';
SET LOCAL customer_workflow.reference = 'batch 7';
UPDATE accounts SET credit_limit = 200, iban = NULL WHERE id = 1;
COMMIT;
SELECT id AS proposal FROM customer_workflow.proposals \gset

-- What changes from run to run is taken out
CREATE FUNCTION pg_temp.page(page jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT regexp_replace(jsonb_pretty(page), '"(\d{4}-\d\d-\d\dT[^"]*|[0-9a-f]{64})"', '"…"', 'g')
$$;
\pset format unaligned
\pset tuples_only on
SELECT pg_temp.page(customer_workflow.review(:proposal));
SELECT customer_workflow.submit(:proposal, 'please');
SELECT customer_workflow.review(:proposal) -> 'allowed_actions';
SET SESSION AUTHORIZATION bob;
SELECT pg_temp.page(customer_workflow.review(:proposal) - '{history,work_items}'::text[]);
SELECT pg_temp.page(customer_workflow.review(:proposal) -> 'work_items' -> 0);

-- One field, where only that may be seen; no words, no digest, no details
SET SESSION AUTHORIZATION dave;
SELECT pg_temp.page(customer_workflow.review(:proposal));

-- What stands in the way, and what may be done about it
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.disable('accounts');
UPDATE accounts SET credit_limit = 150;
SET SESSION AUTHORIZATION bob;
SELECT r -> 'conflict', r -> 'problems', r -> 'allowed_actions' FROM customer_workflow.review(:proposal) AS r;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.enable('accounts');
SELECT r -> 'allowed_actions' FROM customer_workflow.review(:proposal) AS r;
SET SESSION AUTHORIZATION alice;
SELECT r -> 'conflict', r -> 'allowed_actions' FROM customer_workflow.review(:proposal) AS r;
SELECT customer_workflow.rebase(:proposal);
SELECT r -> 'conflict', r -> 'problems', r -> 'allowed_actions' FROM customer_workflow.review(:proposal) AS r;
SELECT customer_workflow.submit(:proposal);
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.approve(:proposal, 'fine');
SELECT pg_temp.page(r -> 'decided_by'), r -> 'changes', r -> 'allowed_actions' FROM customer_workflow.review(:proposal) AS r;

-- To bob, who has not decided it, it does not exist any more, nor does what never existed
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.review(:proposal);
\echo :SQLSTATE
SELECT customer_workflow.review(4711);
\echo :SQLSTATE
SELECT customer_workflow.review(NULL);
\echo :SQLSTATE
