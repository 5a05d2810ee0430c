-- unprotect() is refused while open proposals touch the field; with cancel_open they lose it, with a trace in the history.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE accounts (id int PRIMARY KEY, name text, credit_limit numeric, hold boolean, hold_until date);
INSERT INTO accounts SELECT i, 'n' || i, 100, false FROM generate_series(1, 3) AS i;
SELECT customer_workflow.protect('accounts', '{name, credit_limit, hold}', 'credit_managers', '{"companions": {"hold": ["hold_until"]}}');
SELECT customer_workflow.set_data_entity('dave', 'accounts', '{"fields": {"hold": "allow_without_approval", "name": "ignore_changes"}}');

-- What is not protected cannot be unprotected
SELECT customer_workflow.unprotect('accounts', '{hold_until}');
\echo :SQLSTATE
SELECT customer_workflow.unprotect('accounts', '{}');
\echo :SQLSTATE

-- One proposal with that field only, one with another beside it, one without it
SET client_min_messages = warning;
UPDATE accounts SET hold = true, hold_until = '2030-01-01' WHERE id = 1;
UPDATE accounts SET hold = true, hold_until = '2030-01-01', credit_limit = 200 WHERE id = 2;
UPDATE accounts SET credit_limit = 300 WHERE id = 3;
RESET client_min_messages;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals ORDER BY id;
SELECT customer_workflow.unprotect('accounts', '{hold}');
\echo :SQLSTATE
SELECT customer_workflow.unprotect('accounts', '{hold}', cancel_open => true);
SELECT id, status, digest IS NOT NULL AS has_digest FROM customer_workflow.proposals ORDER BY id;
SELECT proposal, field, original_value, proposed_value FROM customer_workflow.proposed_changes ORDER BY proposal, field;
SELECT proposal, status FROM customer_workflow.work_items ORDER BY proposal;

-- Options that were about the field are gone with it
SELECT field, options -> 'companions' AS companions FROM customer_workflow.protected_fields ORDER BY field;
SELECT data_entity, options FROM customer_workflow.data_entities;
SELECT kind, proposal, details - 'changes' AS details,
       (SELECT string_agg(c ->> 'field', ', ' ORDER BY c ->> 'field') FROM jsonb_array_elements(details -> 'changes') AS c) AS changes
  FROM customer_workflow.workflow_history WHERE kind IN ('cancelled', 'withdrawn', 'unprotect') ORDER BY at, proposal;

-- The rest is still guarded, the field is free
SET client_min_messages = warning;
UPDATE accounts SET hold = true, credit_limit = 400 WHERE id = 3;
RESET client_min_messages;
SELECT * FROM accounts WHERE id = 3;

-- What was left can be submitted again
SELECT customer_workflow.submit(2);

-- All fields at once: no trigger is left, and the history stays
SELECT customer_workflow.unprotect('accounts', '{*}');
\echo :SQLSTATE
SELECT customer_workflow.unprotect('accounts', '{*}', true);
SELECT tgname FROM pg_trigger WHERE tgrelid = 'accounts'::regclass;
SELECT relation, field FROM customer_workflow.protected_fields;
UPDATE accounts SET credit_limit = 1000 WHERE id = 3;
SELECT * FROM accounts WHERE id = 3;
SELECT customer_workflow.unprotect('accounts', '{*}');
\echo :SQLSTATE
RESET SESSION AUTHORIZATION;
SELECT kind, details -> 'fields' AS fields FROM customer_workflow.workflow_history WHERE kind ~ 'protect' ORDER BY at;

-- Protected anew it starts with nothing of what was configured before
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('accounts', '{hold}');
SELECT data_entity, options FROM customer_workflow.data_entities;
